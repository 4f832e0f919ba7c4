package pgferry.elasticsearch.plugin;

import org.apache.lucene.util.Version;
import org.elasticsearch.Build;
import org.elasticsearch.action.admin.cluster.state.ClusterStateResponse;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.rest.RestUtils;
import org.elasticsearch.rest.action.RestBuilderListener;
import org.elasticsearch.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.List;

/**
 * GET / and HEAD /, with the fields of the official rest-root module. Asking for the cluster state through the client
 * makes security demand the cluster privilege "monitor", as the official handler does.
 */
final class RootHandler extends BaseRestHandler {

    @Override
    public String getName() {
        return "dev_support_root";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> client.admin().cluster().prepareState(RestUtils.getMasterNodeTimeout(request))
            .clear().setMetadata(true).setNodes(true)
            .execute(new RestBuilderListener<ClusterStateResponse>(channel) {
                @Override
                public RestResponse buildResponse(ClusterStateResponse response, XContentBuilder json) throws IOException {
                    return new RestResponse(RestStatus.OK, write(response, json));
                }
            });
    }

    private static XContentBuilder write(ClusterStateResponse response, XContentBuilder json) throws IOException {
        Build build = Build.current();
        return json.prettyPrint().startObject()
            .field("name", response.getState().nodes().getLocalNode().getName())
            .field("cluster_name", response.getClusterName().value())
            .field("cluster_uuid", response.getState().metadata().clusterUUID())
            .startObject("version")
            .field("number", build.qualifiedVersion())
            .field("build_flavor", build.flavor())
            .field("build_type", build.type().displayName())
            .field("build_hash", build.hash())
            .field("build_date", build.date())
            .field("build_snapshot", build.isSnapshot())
            .field("lucene_version", Version.LATEST.toString())
            .field("minimum_wire_compatibility_version", build.minWireCompatVersion())
            .field("minimum_index_compatibility_version", build.minIndexCompatVersion())
            .endObject()
            .field("tagline", "You Know, for Search")
            .endObject();
    }
}
