package koine.engine.client;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import koine.net.LoopbackAddress;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;

/** A lease of a server that a test runs, over the client that the app uses. */
public final class LoopbackEngine implements EngineLease {
    private final HttpChatEngine engine;
    private final boolean hastened;

    public LoopbackEngine(int port, String token) {
        this(port, token, false);
    }

    public LoopbackEngine(int port, String token, boolean hastened) {
        this.hastened = hastened;
        Duration patience = Duration.ofSeconds(30);
        LoopbackClient client =
                new LoopbackClient(LoopbackAddress.parse("http://127.0.0.1:" + port), patience, patience);
        engine = new HttpChatEngine(client, token, () -> false);
    }

    @Override
    public ChatEngine engine() {
        return engine;
    }

    @Override
    public LoopbackResponse send(String method, String target, Map<String, String> headers, byte @Nullable [] body)
            throws IOException {
        throw new IOException("nobody passes requests on in these tests");
    }

    @Override
    public boolean isHastened() {
        return hastened;
    }

    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public boolean alive() {
        return true;
    }

    @Override
    public void close() {}
}
