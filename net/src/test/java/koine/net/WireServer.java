package koine.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** A server that takes one connection, reads one request head, and then says exactly the bytes a test gives it. */
final class WireServer implements AutoCloseable {
    interface Script {
        void answer(OutputStream out) throws IOException;
    }

    private final ServerSocket listening;
    private final CompletableFuture<String> request = new CompletableFuture<>();
    private final Thread thread;

    WireServer(Script script) throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        thread = Thread.ofPlatform().name("wire-server").start(() -> {
            try (Socket socket = listening.accept()) {
                request.complete(readHead(socket));
                script.answer(socket.getOutputStream());
            } catch (IOException e) {
                request.completeExceptionally(e); // the client has gone, as some tests want
            }
        });
    }

    static WireServer saying(String bytes) throws IOException {
        return new WireServer(out -> out.write(bytes.getBytes(StandardCharsets.UTF_8)));
    }

    private static String readHead(Socket socket) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                break;
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    LoopbackAddress address() {
        return new LoopbackAddress.Tcp(listening.getLocalPort());
    }

    /** The head of the request, as it came. */
    String request() {
        return request.join();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("the server's script did not end");
        }
    }
}
