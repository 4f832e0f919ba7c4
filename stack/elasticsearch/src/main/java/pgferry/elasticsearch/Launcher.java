package pgferry.elasticsearch;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.elasticsearch.Build;
import org.elasticsearch.ElasticsearchSecurityException;
import org.elasticsearch.client.internal.Client;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.network.NetworkAddress;
import org.elasticsearch.common.settings.KeyStoreWrapper;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.rest.RestStatus;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** Starts one Elasticsearch node in this process, prints one JSON line when it is ready, stops with its parent. */
public final class Launcher {

    private static final String USAGE = """
        Usage: java [JVM flags] -jar elasticsearch-node.jar [options]

          --home DIR            folder with lib/ and modules/ (default: the folder of this jar)
          --data DIR            data folder, made if missing, one node at a time (default: HOME/data)
          --http-port N         0 takes a free port; the ready line names it (default: 0)
          --security on|off     users, API keys, privileges (default: off)
          --password TEXT       password of the superuser "elastic", 6 characters or more (default: changeme)
          --tls-cert FILE       PEM certificate chain; with --tls-key, serves HTTPS; needs --security on
          --tls-key FILE        PEM private key without a passphrase
          --watch-stdin on|off  stop when standard input closes (default: on)
          --set NAME=VALUE      any Elasticsearch setting; may be repeated
        """;

    private static final Set<String> OPTIONS = Set.of(
        "home", "data", "http-port", "security", "password", "tls-cert", "tls-key", "watch-stdin"
    );

    private static final TimeValue LIMIT = TimeValue.timeValueSeconds(30);

    /** Lucene reports its choice of vector code through java.util.logging; this reference keeps the level set. */
    private static final Logger LUCENE_VECTORS = Logger.getLogger("org.apache.lucene.internal.vectorization");

    private final Map<String, String> options = new HashMap<>();
    private final List<String> extraSettings = new ArrayList<>();

    public static void main(String[] args) {
        long started = System.nanoTime();
        try {
            new Launcher().run(args, started);
        } catch (BadOptions e) {
            System.err.println("elasticsearch-node: " + e.getMessage() + "\n\n" + USAGE);
            System.exit(2);
        } catch (Throwable e) {
            StringBuilder reasons = new StringBuilder("elasticsearch-node: failed to start");
            for (Throwable t = e; t != null; t = t.getCause()) {
                reasons.append(": ").append(t.getClass().getSimpleName()).append(": ").append(t.getMessage());
            }
            System.err.println(reasons);
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void run(String[] args, long started) throws Exception {
        parse(args);
        Path home = option("home") == null ? folderOfThisJar() : Path.of(option("home")).toAbsolutePath();
        setSystemProperties(home);
        boolean security = onOff("security", false);
        boolean watchStdin = onOff("watch-stdin", true);
        Settings settings = settings(home, security);

        configureLogging(settings);
        Environment env = InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "local");
        if (watchStdin) {
            Thread watcher = new Thread(Launcher::exitWhenStdinCloses, "stdin");
            watcher.setDaemon(true);
            watcher.start();
        }
        Node node = new Node(env, plugins(env.modulesDir(), security));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "stop"));
        node.start();

        awaitReady(node, security);
        String address = NetworkAddress.format(
            node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress().address()
        );
        System.out.printf(Locale.ROOT, "{\"url\":\"%s://%s\",\"pid\":%d,\"version\":\"%s\",\"security\":%b,\"startup_ms\":%d}%n",
            option("tls-cert") == null ? "http" : "https", address, ProcessHandle.current().pid(), Build.current().version(),
            security, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        Thread.currentThread().join();
    }

    private Settings settings(Path home, boolean security) throws IOException {
        Path data = option("data") == null ? home.resolve("data") : Path.of(option("data")).toAbsolutePath();
        Files.createDirectories(data);
        Settings.Builder settings = Settings.builder()
            .put("path.home", home)
            .put("path.data", data)
            .put("cluster.name", "local")
            .put("node.name", "local")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("transport.port", 0)
            .put("http.port", option("http-port") == null ? "0" : option("http-port"))
            // A nearly full developer's disk would otherwise make every index read-only.
            .put("cluster.routing.allocation.disk.threshold_enabled", false);

        if ((option("tls-cert") == null) != (option("tls-key") == null)) {
            throw new BadOptions("--tls-cert and --tls-key go together");
        }
        if (security) {
            if (password().length() < 6) {
                throw new BadOptions("--password needs 6 characters or more");
            }
            KeyStoreWrapper secrets = KeyStoreWrapper.create(); // in memory only
            secrets.setString("bootstrap.password", password().toCharArray());
            settings.setSecureSettings(secrets)
                .put("xpack.security.enabled", true)
                .put("xpack.security.http.ssl.enabled", option("tls-cert") != null);
            if (option("tls-cert") != null) {
                settings.put("xpack.security.http.ssl.certificate", readable("tls-cert"))
                    .put("xpack.security.http.ssl.key", readable("tls-key"));
            }
        } else if (option("tls-cert") != null) {
            throw new BadOptions("--tls-cert needs --security on");
        }
        for (String extra : extraSettings) {
            int equals = extra.indexOf('=');
            if (equals < 1) {
                throw new BadOptions("--set needs NAME=VALUE, not " + extra);
            }
            settings.put(extra.substring(0, equals), extra.substring(equals + 1));
        }
        return settings.build();
    }

    /** "false" at the end: the server is on the class path, so it is no named module whose exports could be widened. */
    private static PluginsLoader plugins(Path modules, boolean security) throws IOException {
        Set<PluginBundle> bundles = PluginsLoader.loadModulesBundles(modules, false).stream()
            .filter(bundle -> security || bundle.pluginDescriptor().getName().startsWith("x-pack-") == false)
            .collect(Collectors.toSet());
        return PluginsLoader.createPluginsLoader(bundles, Set.of(), Map.of(), false);
    }

    /** Waits until the state kept on disk is loaded and every primary shard can be searched and written. */
    private void awaitReady(Node node, boolean security) throws InterruptedException {
        if (security) {
            awaitYellow(node, ".security"); // Elasticsearch makes this index by itself soon after its first start,
            String login = Base64.getEncoder().encodeToString(("elastic:" + password()).getBytes(StandardCharsets.UTF_8));
            Client client = node.client().filterWithHeader(Map.of("Authorization", "Basic " + login));
            String authc = "org.elasticsearch.xpack.security.authc";
            Configurator.setLevel(authc, Level.OFF);
            for (int tries = 0; tries < 300 && loginUnavailable(client); tries++) { // and fails logins with 503 meanwhile
                Thread.sleep(50);
            }
            Configurator.setLevel(authc, Level.WARN);
        }
        awaitYellow(node);
    }

    private static void awaitYellow(Node node, String... indices) {
        if (node.client().admin().cluster().prepareHealth(LIMIT, indices).setWaitForYellowStatus().setTimeout(LIMIT).get().isTimedOut()) {
            System.err.println("elasticsearch-node: some primary shards are still not active after " + LIMIT);
        }
    }

    private static boolean loginUnavailable(Client client) {
        try {
            client.admin().cluster().prepareHealth(LIMIT).get();
            return false;
        } catch (ElasticsearchSecurityException e) {
            return e.status() == RestStatus.SERVICE_UNAVAILABLE; // 401: the password was changed through the API
        }
    }

    private static void exitWhenStdinCloses() {
        try {
            while (System.in.read() != -1) {
            }
        } catch (IOException e) {
            // as good as closed
        }
        System.err.println("elasticsearch-node: standard input closed, stopping");
        System.exit(0);
    }

    private static void stop(Node node) {
        try {
            node.close();
            node.awaitClose(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            System.err.println("elasticsearch-node: unclean stop: " + e);
        }
    }

    /** Keeps the log4j2.properties of this jar, which LogConfigurator.configureWithoutConfig would replace. */
    private static void configureLogging(Settings settings) {
        LogConfigurator.configureESLogging();
        for (String name : settings.keySet()) {
            if (name.equals("logger.level")) {
                Configurator.setRootLevel(Level.valueOf(settings.get(name).toUpperCase(Locale.ROOT)));
            } else if (name.startsWith("logger.")) {
                Configurator.setLevel(name.substring("logger.".length()), Level.valueOf(settings.get(name).toUpperCase(Locale.ROOT)));
            }
        }
    }

    /** What the official jvm.options set for netty and log4j, where to find libzstd.so, and no informational output. */
    private static void setSystemProperties(Path home) {
        Map.of(
            "io.netty.noUnsafe", "true",
            "io.netty.noKeySetOptimization", "true",
            "io.netty.recycler.maxCapacityPerThread", "0",
            "log4j2.disable.jmx", "true",
            "es.nativelibs.path", home.resolve("native").toString(),
            "org.elasticsearch.nativeaccess.enableVectorLibrary", "false" // without libvec.so it would disable libzstd.so too
        ).forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
        LUCENE_VECTORS.setLevel(java.util.logging.Level.SEVERE);
    }

    private void parse(String[] args) {
        for (int i = 0; i < args.length; i += 2) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : "";
            if (OPTIONS.contains(name) == false && name.equals("set") == false) {
                throw new BadOptions("unknown option " + args[i]);
            }
            if (i + 1 == args.length) {
                throw new BadOptions(args[i] + " needs a value");
            }
            if (name.equals("set")) {
                extraSettings.add(args[i + 1]);
            } else {
                options.put(name, args[i + 1]);
            }
        }
    }

    private String option(String name) {
        return options.get(name);
    }

    private String password() {
        return option("password") == null ? "changeme" : option("password");
    }

    private boolean onOff(String name, boolean whenMissing) {
        return switch (option(name)) {
            case null -> whenMissing;
            case "on" -> true;
            case "off" -> false;
            default -> throw new BadOptions("--" + name + " is on or off, not " + option(name));
        };
    }

    private Path readable(String name) {
        Path file = Path.of(option(name)).toAbsolutePath();
        if (Files.isReadable(file) == false) {
            throw new BadOptions("--" + name + ": cannot read " + file);
        }
        return file;
    }

    private static Path folderOfThisJar() throws Exception {
        return Path.of(Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toAbsolutePath().getParent();
    }

    private static final class BadOptions extends RuntimeException {
        BadOptions(String message) {
            super(message);
        }
    }
}
