package koine.engine.server;

import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;

/** How Koine's servers speak HTTP: they say nothing of themselves, and headers are short. */
public final class PlainHttp {
    private static final int MOST_HEADER_BYTES = 8 * 1024;

    private PlainHttp() {}

    /** For one connector of a server. */
    public static HttpConnectionFactory connections() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(false);
        configuration.setRequestHeaderSize(MOST_HEADER_BYTES);
        configuration.setResponseHeaderSize(MOST_HEADER_BYTES);
        return new HttpConnectionFactory(configuration);
    }
}
