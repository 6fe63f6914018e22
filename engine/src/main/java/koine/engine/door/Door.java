package koine.engine.door;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import koine.engine.server.AccessRules;
import koine.engine.server.PlainHttp;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the models of this computer to other programs, as an OpenAI-compatible API; each request goes on to the engine
 * process of its model. Always asks for a token: on this computer too, any page in a browser could ask.
 */
public final class Door implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final int MOST_CONNECTIONS = 256;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Pattern ADDRESS = Pattern.compile("\\[[0-9a-f:.]+]|[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    /** For people at one computer or in one classroom. */
    public static final AccessRules.Limits USUAL_LIMITS = new AccessRules.Limits(20, 60, 64, 8 * 1024 * 1024);

    private final Server server = new Server(new VirtualThreadPool());
    private final InetAddress host;
    private final ServerConnector connector;

    /**
     * @param host name or address to listen at; requests may call this server so
     * @param token at least 16 characters
     * @throws UnknownHostException when there is no such address
     */
    public Door(String host, String token, ServedModels models, AccessRules.Limits limits) throws UnknownHostException {
        this(host, token, models, limits, IDLE);
    }

    Door(String host, String token, ServedModels models, AccessRules.Limits limits, Duration idle)
            throws UnknownHostException {
        if (token.length() < 16) {
            throw new IllegalArgumentException("the token is too short");
        }
        this.host = InetAddress.getByName(host);
        server.setHandler(new DoorHandler(new AccessRules(token, names(this.host, host), limits), models));
        server.setErrorHandler(DoorHandler::protocolError);
        server.setStopTimeout(0);
        connector = new ServerConnector(server, 1, 1, PlainHttp.connections());
        connector.setIdleTimeout(idle.toMillis());
        connector.addBean(new HalfOpenRequests(connector));
        server.addBean(new NetworkConnectionLimit(MOST_CONNECTIONS, server));
    }

    /** An address cannot be pointed at this computer by somebody else's name server; a name can. */
    private static Predicate<String> names(InetAddress host, String name) {
        String own = name.toLowerCase(Locale.ROOT);
        return host.isLoopbackAddress()
                ? own::equals
                : called -> called.equals(own) || ADDRESS.matcher(called).matches();
    }

    /** Whether nobody but programs of this computer can ask. */
    public boolean onlyThisComputer() {
        return host.isLoopbackAddress();
    }

    /**
     * Binds and serves.
     *
     * @param port 0 takes a free one
     * @return where it listens
     * @throws UnknownHostException when the address is none of this computer
     * @throws IOException when the port cannot be had
     */
    public InetSocketAddress start(int port) throws IOException {
        connector.setHost(host.getHostAddress());
        connector.setPort(port);
        try {
            connector.open();
        } catch (IOException e) {
            throw port == 0 || !isOfThisComputer() ? nowhere(e) : e;
        }
        server.addConnector(connector);
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("the server could not be started", e);
        }
        return new InetSocketAddress(host, connector.getLocalPort());
    }

    /** Systems word their errors differently: an address at which no port can be had is the trouble itself. */
    private boolean isOfThisComputer() {
        try (ServerSocket any = new ServerSocket(0, 1, host)) {
            return any.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private UnknownHostException nowhere(IOException cause) {
        UnknownHostException nowhere = new UnknownHostException(host.getHostAddress());
        nowhere.initCause(cause);
        return nowhere;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the server did not stop cleanly", e);
        }
    }

    /** Ends connections whose first request is not there after ten seconds, however busily it trickles in. */
    private static final class HalfOpenRequests implements Connection.Listener {
        private static final long SECONDS = 10;
        private final ServerConnector connector;

        HalfOpenRequests(ServerConnector connector) {
            this.connector = connector;
        }

        @Override
        public void onOpened(Connection connection) {
            connector
                    .getScheduler()
                    .schedule(
                            () -> {
                                if (connection.getMessagesIn() == 0) {
                                    connection.getEndPoint().close();
                                }
                            },
                            SECONDS,
                            TimeUnit.SECONDS);
        }
    }
}
