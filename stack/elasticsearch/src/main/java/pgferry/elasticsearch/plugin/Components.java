package pgferry.elasticsearch.plugin;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.FilteringTokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.core.FlattenGraphFilter;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LetterTokenizer;
import org.apache.lucene.analysis.core.UpperCaseFilter;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.de.GermanLightStemFilter;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.es.SpanishLightStemFilter;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.fr.FrenchLightStemFilter;
import org.apache.lucene.analysis.hi.HindiAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.it.ItalianLightStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterIterator;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseLightStemFilter;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.ru.RussianLightStemFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tr.TurkishAnalyzer;
import org.apache.lucene.analysis.util.ElisionFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.AnalyzerScope;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.PreBuiltAnalyzerProvider;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;

import java.io.IOException;
import java.io.Reader;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Analysis components that the official distribution takes from analysis-common, with its names and defaults. Those
 * marked ".security" are in the mapping of the .security index: without them no API key can be made.
 */
final class Components {

    private Components() {}

    // ---- character filters

    private record HtmlStrip(String name) implements CharFilterFactory {
        @Override
        public Reader create(Reader in) {
            return new HTMLStripCharFilter(in);
        }
    }

    static Map<String, AnalysisProvider<CharFilterFactory>> charFilters() {
        return Map.of("html_strip", (index, env, name, settings) -> new HtmlStrip(name));
    }

    // ---- tokenizers

    static Map<String, AnalysisProvider<TokenizerFactory>> tokenizers() {
        Map<String, AnalysisProvider<TokenizerFactory>> all = new HashMap<>();
        tokenizer(all, "keyword", KeywordTokenizer::new);
        tokenizer(all, "letter", LetterTokenizer::new);
        tokenizer(all, "whitespace", WhitespaceTokenizer::new);
        tokenizer(all, "uax_url_email", UAX29URLEmailTokenizer::new); // .security
        return all;
    }

    private static void tokenizer(Map<String, AnalysisProvider<TokenizerFactory>> all, String name, Supplier<Tokenizer> make) {
        all.put(name, (index, env, given, settings) -> TokenizerFactory.newFactory(given, make));
    }

    // ---- token filters

    private record Filter(String name, UnaryOperator<TokenStream> make) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream in) {
            return make.apply(in);
        }
    }

    /** A filter that works on single characters and so may also be used in a normalizer of a keyword field. */
    private record NormalizingFilter(String name, UnaryOperator<TokenStream> make) implements NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream in) {
            return make.apply(in);
        }
    }

    @FunctionalInterface
    private interface Configured {
        UnaryOperator<TokenStream> with(IndexSettings index, Environment env, Settings settings);
    }

    static Map<String, AnalysisProvider<TokenFilterFactory>> tokenFilters() {
        Map<String, AnalysisProvider<TokenFilterFactory>> all = new HashMap<>();
        normalizing(all, "asciifolding", (index, env, settings) -> {
            boolean keep = settings.getAsBoolean("preserve_original", false);
            return in -> new ASCIIFoldingFilter(in, keep);
        });
        normalizing(all, "cjk_width", (index, env, settings) -> CJKWidthFilter::new);
        normalizing(all, "trim", (index, env, settings) -> TrimFilter::new);
        normalizing(all, "uppercase", (index, env, settings) -> UpperCaseFilter::new);
        normalizing(all, "elision", (index, env, settings) -> {
            CharArraySet given = Analysis.parseArticles(env, settings);
            CharArraySet articles = given == null ? FrenchAnalyzer.DEFAULT_ARTICLES : given;
            return in -> new ElisionFilter(in, articles);
        });
        filter(all, "cjk_bigram", Components::cjkBigram);
        filter(all, "edge_ngram", (index, env, settings) -> {
            int min = settings.getAsInt("min_gram", 1), max = settings.getAsInt("max_gram", 2);
            boolean keep = settings.getAsBoolean("preserve_original", false);
            return in -> new EdgeNGramTokenFilter(in, min, max, keep);
        });
        filter(all, "flatten_graph", (index, env, settings) -> FlattenGraphFilter::new);
        filter(all, "kstem", (index, env, settings) -> KStemFilter::new);
        filter(all, "length", (index, env, settings) -> {
            int min = settings.getAsInt("min", 0), max = settings.getAsInt("max", Integer.MAX_VALUE);
            return in -> new LengthFilter(in, min, max);
        });
        filter(all, "ngram", Components::ngram);
        filter(all, "porter_stem", (index, env, settings) -> PorterStemFilter::new);
        filter(all, "snowball", (index, env, settings) -> {
            String language = settings.get("language", "English");
            return in -> new SnowballFilter(in, language);
        });
        filter(all, "stemmer", (index, env, settings) -> {
            String language = settings.get("language", settings.get("name", "porter"));
            return in -> stem(in, language);
        });
        filter(all, "truncate", (index, env, settings) -> {
            int length = settings.getAsInt("length", 10);
            return in -> new TruncateTokenFilter(in, length);
        });
        filter(all, "unique", (index, env, settings) -> UniqueFilter::new); // .security
        filter(all, "word_delimiter_graph", Components::wordDelimiterGraph);
        all.put("pattern_capture", AnalysisPlugin.requiresAnalysisSettings((index, env, name, settings) -> { // .security
            boolean keep = settings.getAsBoolean("preserve_original", true);
            Pattern[] patterns = settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
            return new Filter(name, in -> new PatternCaptureGroupTokenFilter(in, keep, patterns));
        }));
        return all;
    }

    private static void filter(Map<String, AnalysisProvider<TokenFilterFactory>> all, String name, Configured configured) {
        all.put(name, (index, env, given, settings) -> new Filter(given, configured.with(index, env, settings)));
    }

    private static void normalizing(Map<String, AnalysisProvider<TokenFilterFactory>> all, String name, Configured configured) {
        all.put(name, (index, env, given, settings) -> new NormalizingFilter(given, configured.with(index, env, settings)));
    }

    private static UnaryOperator<TokenStream> cjkBigram(IndexSettings index, Environment env, Settings settings) {
        Map<String, Integer> scripts = Map.of("han", CJKBigramFilter.HAN, "hiragana", CJKBigramFilter.HIRAGANA,
            "katakana", CJKBigramFilter.KATAKANA, "hangul", CJKBigramFilter.HANGUL);
        int flags = scripts.values().stream().mapToInt(Integer::intValue).sum();
        for (String ignored : settings.getAsList("ignored_scripts")) {
            flags &= ~scripts.get(ignored);
        }
        int wanted = flags;
        boolean unigrams = settings.getAsBoolean("output_unigrams", false);
        return in -> new CJKBigramFilter(in, wanted, unigrams);
    }

    private static UnaryOperator<TokenStream> ngram(IndexSettings index, Environment env, Settings settings) {
        int min = settings.getAsInt("min_gram", 1), max = settings.getAsInt("max_gram", 2);
        if (index != null && max - min > index.getMaxNgramDiff()) {
            throw new IllegalArgumentException("max_gram - min_gram must not exceed [index.max_ngram_diff], now "
                + index.getMaxNgramDiff());
        }
        boolean keep = settings.getAsBoolean("preserve_original", false);
        return in -> new NGramTokenFilter(in, min, max, keep);
    }

    /** Languages without a case of their own are Snowball's, as in Elasticsearch: french, german, swedish, ... */
    private static TokenStream stem(TokenStream in, String language) {
        return switch (language.toLowerCase(Locale.ROOT)) {
            case "english", "porter" -> new PorterStemFilter(in);
            case "light_english", "kstem" -> new KStemFilter(in);
            case "minimal_english" -> new EnglishMinimalStemFilter(in);
            case "possessive_english" -> new EnglishPossessiveFilter(in);
            case "porter2" -> new SnowballFilter(in, "English");
            case "light_french" -> new FrenchLightStemFilter(in);
            case "light_german" -> new GermanLightStemFilter(in);
            case "light_italian" -> new ItalianLightStemFilter(in);
            case "light_portuguese" -> new PortugueseLightStemFilter(in);
            case "light_russian" -> new RussianLightStemFilter(in);
            case "light_spanish" -> new SpanishLightStemFilter(in);
            default -> new SnowballFilter(in, language.substring(0, 1).toUpperCase(Locale.ROOT) + language.substring(1));
        };
    }

    private static UnaryOperator<TokenStream> wordDelimiterGraph(IndexSettings index, Environment env, Settings settings) {
        int flags = bit(settings, "generate_word_parts", true, WordDelimiterGraphFilter.GENERATE_WORD_PARTS)
            | bit(settings, "generate_number_parts", true, WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS)
            | bit(settings, "catenate_words", false, WordDelimiterGraphFilter.CATENATE_WORDS)
            | bit(settings, "catenate_numbers", false, WordDelimiterGraphFilter.CATENATE_NUMBERS)
            | bit(settings, "catenate_all", false, WordDelimiterGraphFilter.CATENATE_ALL)
            | bit(settings, "split_on_case_change", true, WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE)
            | bit(settings, "split_on_numerics", true, WordDelimiterGraphFilter.SPLIT_ON_NUMERICS)
            | bit(settings, "preserve_original", false, WordDelimiterGraphFilter.PRESERVE_ORIGINAL)
            | bit(settings, "stem_english_possessive", true, WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE);
        boolean adjust = settings.getAsBoolean("adjust_offsets", true);
        return in -> new WordDelimiterGraphFilter(in, adjust, WordDelimiterIterator.DEFAULT_WORD_DELIM_TABLE, flags, null);
    }

    private static int bit(Settings settings, String name, boolean whenMissing, int value) {
        return settings.getAsBoolean(name, whenMissing) ? value : 0;
    }

    /** Drops every token whose text came before in the same stream. */
    private static final class UniqueFilter extends FilteringTokenFilter {
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private final CharArraySet seen = new CharArraySet(8, false);

        UniqueFilter(TokenStream in) {
            super(in);
        }

        @Override
        protected boolean accept() {
            return seen.add(term.toString());
        }

        @Override
        public void reset() throws IOException {
            super.reset();
            seen.clear();
        }
    }

    // ---- analyzers

    static Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> analyzers() {
        Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all = new HashMap<>();
        Map.<String, Supplier<Analyzer>>ofEntries(
            Map.entry("arabic", ArabicAnalyzer::new),
            Map.entry("cjk", CJKAnalyzer::new),
            Map.entry("danish", DanishAnalyzer::new),
            Map.entry("dutch", DutchAnalyzer::new),
            Map.entry("english", EnglishAnalyzer::new),
            Map.entry("finnish", FinnishAnalyzer::new),
            Map.entry("french", FrenchAnalyzer::new),
            Map.entry("german", GermanAnalyzer::new),
            Map.entry("hindi", HindiAnalyzer::new),
            Map.entry("italian", ItalianAnalyzer::new),
            Map.entry("norwegian", NorwegianAnalyzer::new),
            Map.entry("portuguese", PortugueseAnalyzer::new),
            Map.entry("russian", RussianAnalyzer::new),
            Map.entry("spanish", SpanishAnalyzer::new),
            Map.entry("swedish", SwedishAnalyzer::new),
            Map.entry("turkish", TurkishAnalyzer::new)
        ).forEach((language, make) -> all.put(language,
            (index, env, name, settings) -> new PreBuiltAnalyzerProvider(name, AnalyzerScope.INDEX, make.get())));
        return all;
    }
}
