package koine.engine.client;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import koine.engine.process.BrokerFile;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import org.jspecify.annotations.Nullable;

/** A lease is a connection: it lasts as long as both ends do, so neither has to be trusted to say goodbye. */
final class HttpEngineLease implements EngineLease {
    private static final long END_MILLIS = 1000;
    /** An answer in one piece says nothing while others have their turn. */
    private static final Duration FORWARDED_SILENCE = Duration.ofMinutes(10);

    private final LoopbackClient client;
    private final String token;
    private final HttpChatEngine engine;
    private final HttpTokenEngine tokens;
    private final long pid;
    private final boolean hastened;
    private final LoopbackResponse connection;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** @param client for its requests */
    HttpEngineLease(LoopbackClient client, BrokerFile broker, LoopbackResponse connection) {
        this.client = client;
        this.token = broker.token();
        this.hastened = broker.hastened();
        this.engine = new HttpChatEngine(client, token, this::endsSoon);
        this.tokens = new HttpTokenEngine(client, token);
        this.pid = broker.pid();
        this.connection = connection;
        // an engine that is stopped or starved for a while is not gone: only the end of the connection is the end
        connection.idleTimeout(Duration.ZERO);
        Thread.ofPlatform().name("koine-lease").daemon(true).start(this::watch);
    }

    private void watch() {
        byte[] beats = new byte[64];
        try (InputStream in = connection.body()) {
            int read;
            do {
                read = in.read(beats);
            } while (read >= 0);
        } catch (IOException e) {
            // the engine has gone or the lease was closed: the same from here
            ended.countDown();
        } finally {
            ended.countDown();
            connection.close();
        }
    }

    /** A request that failed, and the end of this connection that explains it, are seen by two threads. */
    @Override
    public boolean endsSoon() {
        try {
            return ended.await(END_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public ChatEngine engine() {
        return engine;
    }

    @Override
    public TokenEngine tokens() {
        return tokens;
    }

    @Override
    public LoopbackResponse send(String method, String target, Map<String, String> headers, byte @Nullable [] body)
            throws IOException {
        Map<String, String> all = new HashMap<>(headers);
        all.putAll(access());
        return client.withIdleTimeout(FORWARDED_SILENCE).send(method, target, all, body);
    }

    /** The header that shows the right to ask. */
    Map<String, String> access() {
        return Map.of("Authorization", "Bearer " + token);
    }

    @Override
    public boolean isHastened() {
        return hastened;
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public boolean alive() {
        return ended.getCount() > 0;
    }

    @Override
    public void closeAndAwaitEnd(Duration longest) {
        close();
        ProcessHandle.of(pid).ifPresent(process -> {
            try {
                process.onExit().get(longest.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                return; // others hold it
            }
        });
    }

    @Override
    public void close() {
        connection.close();
    }
}
