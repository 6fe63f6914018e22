package koine.engine.client;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import koine.net.LoopbackResponse;

/** A lease is a connection: it lasts as long as both ends do, so neither has to be trusted to say goodbye. */
final class HttpEngineLease implements EngineLease {
    private final HttpChatEngine engine;
    private final HttpTokenEngine tokens;
    private final long pid;
    private final LoopbackResponse connection;
    private volatile boolean alive = true;

    HttpEngineLease(HttpChatEngine engine, HttpTokenEngine tokens, long pid, LoopbackResponse connection) {
        this.engine = engine;
        this.tokens = tokens;
        this.pid = pid;
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
            alive = false;
        } finally {
            alive = false;
            connection.close();
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
    public long pid() {
        return pid;
    }

    @Override
    public boolean alive() {
        return alive;
    }

    @Override
    public void close() {
        connection.close();
    }
}
