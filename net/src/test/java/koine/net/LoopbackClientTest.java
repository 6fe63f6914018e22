package koine.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class LoopbackClientTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private static LoopbackClient client(LoopbackAddress address) {
        return new LoopbackClient(address, Duration.ofSeconds(5), Duration.ofSeconds(10));
    }

    private static LoopbackResponse get(WireServer server) throws IOException {
        return client(server.address()).send("GET", "/x", Map.of(), null);
    }

    private static String bodyOf(String answer) throws Exception {
        try (WireServer server = WireServer.saying(answer);
                LoopbackResponse response = get(server)) {
            return new String(response.readBody(1 << 20), StandardCharsets.UTF_8);
        }
    }

    @Nested
    class AnAnswerInOrder {
        @Test
        void hasItsStatusItsHeadersAndABodyOfTheAnnouncedLength() throws Exception {
            try (WireServer server = WireServer.saying(
                            "HTTP/1.1 404 Not Found\r\nX-One:  two \r\nContent-Length: 5\r\n\r\nhello and more");
                    LoopbackResponse response = get(server)) {
                assertEquals(404, response.status());
                assertEquals("two", response.header("x-ONE"));
                assertEquals("hello", new String(response.readBody(100), StandardCharsets.UTF_8));
            }
        }

        @Test
        void mayComeInChunksWithExtensionsAndTrailers() throws Exception {
            assertEquals(
                    "hello, नमस्ते",
                    bodyOf(OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
                            + "14;a=b\r\n, नमस्ते\r\n0\r\nX-Sum: 1\r\n\r\n"));
        }

        @Test
        void mayHaveNoBodyWhereNoneIsPossible() throws Exception {
            assertEquals("", bodyOf("HTTP/1.1 204 No Content\r\n\r\n"));
        }

        @Test
        void mayDripInByteByByte() throws Exception {
            byte[] answer =
                    (OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n").getBytes(StandardCharsets.UTF_8);
            try (WireServer server = new WireServer(out -> {
                        for (byte b : answer) {
                            out.write(b);
                            out.flush();
                        }
                    });
                    LoopbackResponse response = get(server)) {
                assertEquals("hello", new String(response.readBody(100), StandardCharsets.UTF_8));
            }
        }

        @Test
        void followsARequestThatNamesItsHostAndSendsItsBodyWhole() throws Exception {
            CompletableFuture<byte[]> received = new CompletableFuture<>();
            byte[] sent = "{\"a\":\"ب\"}".repeat(100_000).getBytes(StandardCharsets.UTF_8);
            Path socket = folder.resolve("s");
            try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listening.bind(UnixDomainSocketAddress.of(socket));
                Thread.ofPlatform().start(() -> {
                    try (SocketChannel peer = listening.accept()) {
                        ByteBuffer in = ByteBuffer.allocate(sent.length + 1000);
                        while (!new String(in.array(), 0, in.position(), StandardCharsets.UTF_8).endsWith("\"ب\"}")
                                || in.position() < sent.length) {
                            peer.read(in);
                        }
                        received.complete(Arrays.copyOf(in.array(), in.position()));
                        peer.write(StandardCharsets.US_ASCII.encode(OK + "Content-Length: 2\r\n\r\nok"));
                    } catch (IOException e) {
                        received.completeExceptionally(e);
                    }
                });
                try (LoopbackResponse response = client(new LoopbackAddress.Unix(socket))
                        .send("POST", "/p?q=1", Map.of("Authorization", "Bearer x"), sent)) {
                    assertEquals("ok", new String(response.readBody(10), StandardCharsets.UTF_8));
                }
            }
            String head = "POST /p?q=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n" + "Content-Length: "
                    + sent.length + "\r\n\r\n";
            byte[] all = received.get();
            assertEquals(head, new String(all, 0, head.length(), StandardCharsets.US_ASCII));
            assertArrayEquals(sent, Arrays.copyOfRange(all, head.length(), all.length));
        }

        @Test
        void isReadEvenWhereTheServerHangsUpBeforeItHasTheWholeRequest() throws Exception {
            Path socket = folder.resolve("s");
            try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listening.bind(UnixDomainSocketAddress.of(socket));
                Thread.ofPlatform().start(() -> {
                    try (SocketChannel peer = listening.accept()) {
                        peer.read(ByteBuffer.allocate(10));
                        peer.write(StandardCharsets.US_ASCII.encode(
                                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nfull"));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                try (LoopbackResponse response =
                        client(new LoopbackAddress.Unix(socket)).send("POST", "/p", Map.of(), new byte[50_000_000])) {
                    assertEquals(503, response.status());
                    assertEquals("full", new String(response.readBody(10), StandardCharsets.UTF_8));
                }
            }
        }

        @TempDir
        Path folder;
    }

    @Nested
    class AServerThatMisbehaves {
        @Test
        void andHangsUpWhileItIsBeingToldIsNoAnswer() throws Exception {
            Path socket = folder.resolve("s");
            try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listening.bind(UnixDomainSocketAddress.of(socket));
                Thread.ofPlatform().start(() -> {
                    try (SocketChannel peer = listening.accept()) {
                        peer.read(ByteBuffer.allocate(10));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                LoopbackClient client = client(new LoopbackAddress.Unix(socket));
                IOException cutOff = assertThrows(
                        IOException.class, () -> client.send("POST", "/p", Map.of(), new byte[50_000_000]));
                assertEquals(1, cutOff.getSuppressed().length);
            }
        }

        @TempDir
        Path folder;

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "HTTP/1.1 200",
                    OK + "Content-Length: 3",
                    OK + "Content-Length: 3\r\n\r\nab",
                    OK + "Transfer-Encoding: chunked\r\n\r\n",
                    OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
                    OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                    OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
                })
        void andCutsTheConnectionIsNoticed(String answer) {
            assertThrows(EOFException.class, () -> bodyOf(answer));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "220 mail.example.org ESMTP\r\n\r\n",
                    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                    "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
                    "HTTP/1.1 100 Continue\r\n\r\n",
                    "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                    "\u0000\u0001\u0002\r\n",
                    OK + "\r\nuntil I hang up",
                    OK + "Content-Length: -1\r\n\r\n",
                    OK + "Content-Length: 0x10\r\n\r\n",
                    OK + "Content-Length: 99999999999999999999\r\n\r\n",
                    OK + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                    OK + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    OK + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                    OK + "No colon here\r\n\r\n",
                    OK + "Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n",
                    OK + "Bad name : a\r\nContent-Length: 0\r\n\r\n",
                    OK + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
                    OK + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
                    OK + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\nhello",
                    OK + "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n"
                })
        void andBreaksTheProtocolIsRefused(String answer) {
            assertThrows(ProtocolException.class, () -> bodyOf(answer));
        }

        @ParameterizedTest
        @ValueSource(strings = {"X", "X: y\r\n"})
        void andSendsAHeadWithoutEndIsCutOff(String piece) throws Exception {
            try (WireServer server = new WireServer(out -> {
                out.write(OK.getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < 1_000_000; i++) {
                    out.write(piece.getBytes(StandardCharsets.US_ASCII));
                }
            })) {
                assertThrows(ProtocolException.class, () -> get(server));
            }
        }

        @Test
        void andSendsMoreThanWantedIsCutOff() throws Exception {
            try (WireServer server = WireServer.saying(OK + "Content-Length: 6\r\n\r\nhello!");
                    LoopbackResponse response = get(server)) {
                assertThrows(ProtocolException.class, () -> response.readBody(5));
            }
        }

        @Test
        void andFallsSilentIsGivenUpAfterTheTimeOut() throws Exception {
            CountDownLatch done = new CountDownLatch(1);
            try (WireServer server = new WireServer(out -> {
                        out.write((OK + "Content-Length: 5\r\n\r\nhel").getBytes(StandardCharsets.US_ASCII));
                        await(done);
                    });
                    LoopbackResponse response = new LoopbackClient(
                                    server.address(), Duration.ofSeconds(5), Duration.ofMillis(200))
                            .send("GET", "/", Map.of(), null)) {
                assertThrows(SocketTimeoutException.class, () -> response.readBody(100));
                done.countDown();
            }
        }
    }

    @Nested
    class ARequest {
        @Test
        void cannotSmuggleALineIntoTheHead() throws IOException {
            try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                LoopbackClient client = client(new LoopbackAddress.Tcp(unused.getLocalPort()));
                assertThrows(
                        IllegalArgumentException.class,
                        () -> client.send("GET", "/", Map.of("A", "b\r\nC: d"), null)
                                .close());
                assertThrows(
                        IllegalArgumentException.class,
                        () -> client.send("GET", "/ HTTP/1.1\r\nC: d", Map.of(), null)
                                .close());
            }
        }

        @Test
        void toAPortNobodyListensOnFailsAtOnce() throws IOException {
            int port;
            try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = closed.getLocalPort();
            }
            assertThrows(
                    ConnectException.class,
                    () -> client(new LoopbackAddress.Tcp(port))
                            .send("GET", "/", Map.of(), null)
                            .close());
        }
    }

    @Nested
    class AWaitForMore {
        private final CountDownLatch started = new CountDownLatch(1);
        private final CountDownLatch done = new CountDownLatch(1);

        private void sayHello(OutputStream out) throws IOException {
            out.write((OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n").getBytes(StandardCharsets.US_ASCII));
            await(done);
        }

        private CompletableFuture<byte[]> readInBackground(LoopbackResponse response, Thread[] reader) {
            CompletableFuture<byte[]> outcome = new CompletableFuture<>();
            reader[0] = Thread.ofVirtual().start(() -> {
                try {
                    response.body().readNBytes(5);
                    started.countDown();
                    outcome.complete(response.body().readAllBytes());
                } catch (IOException e) {
                    outcome.completeExceptionally(e);
                }
            });
            return outcome;
        }

        @Test
        void endsAtOnceWhenAnotherThreadClosesTheResponse() throws Exception {
            try (WireServer server = new WireServer(this::sayHello)) {
                LoopbackResponse response = get(server);
                CompletableFuture<byte[]> outcome = readInBackground(response, new Thread[1]);
                assertTrue(started.await(5, TimeUnit.SECONDS));
                assertFalse(outcome.isDone());
                response.close();
                ExecutionException failure =
                        assertThrows(ExecutionException.class, () -> outcome.get(2, TimeUnit.SECONDS));
                assertTrue(failure.getCause() instanceof ClosedChannelException, () -> "" + failure.getCause());
                done.countDown();
            }
        }

        @Test
        void endsAtOnceWhenTheReaderIsInterrupted() throws Exception {
            try (WireServer server = new WireServer(this::sayHello);
                    LoopbackResponse response = get(server)) {
                Thread[] reader = new Thread[1];
                CompletableFuture<byte[]> outcome = readInBackground(response, reader);
                assertTrue(started.await(5, TimeUnit.SECONDS));
                reader[0].interrupt();
                ExecutionException failure =
                        assertThrows(ExecutionException.class, () -> outcome.get(2, TimeUnit.SECONDS));
                assertTrue(failure.getCause() instanceof InterruptedIOException);
                done.countDown();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
