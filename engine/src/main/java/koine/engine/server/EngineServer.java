package koine.engine.server;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import koine.net.LoopbackAddress;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OpenAI-compatible API of one engine, for this computer only: TCP on 127.0.0.1, or a UNIX domain socket where
 * there is no loopback network (a namespace whose {@code lo} is down).
 */
public final class EngineServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineServer.class);
    /** {@code sun_path} holds 108 bytes on Linux and 104 on macOS, its end mark included. */
    private static final int MAX_SOCKET_PATH_BYTES = 103;

    private static final int PROBE_MILLIS = 2000;

    /** A connection holds one thread at most, so the door to {@code /health} and to a cancel is never blocked. */
    private static final int MOST_CONNECTIONS = 256;

    /** For accepting and for selecting, and some to spare. */
    private static final int OWN_THREADS = 16;

    private static final int IDLE_MILLIS = 10_000;

    private final Server server = new Server(threads());
    private final Path socketFolder;
    private final Leases leases;
    private @Nullable Path socket;
    private @Nullable Path temporaryFolder;

    /**
     * @param token what every request but {@code /health} must bear
     * @param modelName the model's id for clients
     * @param socketFolder where a UNIX domain socket goes if one is needed; readable by the user alone
     */
    public EngineServer(String token, String modelName, Path socketFolder, GeneratorThread generator, Leases leases) {
        this.socketFolder = socketFolder;
        this.leases = leases;
        server.setHandler(new ApiHandler(token, modelName, generator, leases));
        server.setErrorHandler(ApiHandler::handleProtocolError);
        server.setStopTimeout(0);
        server.addBean(new NetworkConnectionLimit(MOST_CONNECTIONS, server));
    }

    /**
     * Platform threads: whenever a virtual one waits for a moment, three threads of the system are woken, on processors that
     * are busy computing.
     */
    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setName("koine-http");
        threads.setMinThreads(1);
        threads.setMaxThreads(MOST_CONNECTIONS + OWN_THREADS);
        threads.setReservedThreads(0);
        threads.setIdleTimeout(IDLE_MILLIS);
        threads.setStopTimeout(0); // the end of the process does not wait for them
        threads.setDaemon(true);
        return threads;
    }

    /** Binds and serves. @return the address to reach it at */
    public LoopbackAddress start() throws IOException {
        LoopbackAddress address;
        try {
            address = openTcp();
        } catch (IOException e) {
            LOG.info("no TCP on the loopback network ({}), serving a UNIX domain socket", e.getMessage());
            address = openUnix();
        }
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("the server could not be started", e);
        }
        return address;
    }

    private LoopbackAddress openTcp() throws IOException {
        ServerConnector connector = new ServerConnector(server, 1, 1, PlainHttp.connections());
        connector.setHost("127.0.0.1");
        connector.setPort(0);
        connector.open();
        LoopbackAddress address = new LoopbackAddress.Tcp(connector.getLocalPort());
        try (Socket probe = new Socket()) {
            // where the loopback interface is down, binding succeeds and connecting does not
            probe.connect(address.socketAddress(), PROBE_MILLIS);
        } catch (IOException e) {
            connector.close();
            throw e;
        }
        add(connector);
        return address;
    }

    private LoopbackAddress openUnix() throws IOException {
        String name = "engine-" + ProcessHandle.current().pid() + ".sock";
        Path path = socketFolder.toAbsolutePath().resolve(name);
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH_BYTES) {
            temporaryFolder = Files.createTempDirectory("koine"); // made for its owner alone
            path = temporaryFolder.toAbsolutePath().resolve(name);
        }
        Files.deleteIfExists(path); // left by a process that had our number
        UnixDomainServerConnector connector = new UnixDomainServerConnector(server, 1, 1, PlainHttp.connections());
        connector.setUnixDomainPath(path);
        add(connector);
        socket = path;
        return new LoopbackAddress.Unix(path);
    }

    private void add(AbstractConnector connector) {
        connector.setIdleTimeout(Duration.ofSeconds(30).toMillis());
        server.addConnector(connector);
    }

    /** Ends every connection; the socket file goes with it. */
    @Override
    public void close() {
        leases.end();
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the server did not stop cleanly", e);
        }
        try {
            if (socket != null) {
                Files.deleteIfExists(socket);
            }
            if (temporaryFolder != null) {
                Files.deleteIfExists(temporaryFolder);
            }
        } catch (IOException e) {
            LOG.warn("a socket file stays behind: {}", e.getClass().getSimpleName());
        }
    }
}
