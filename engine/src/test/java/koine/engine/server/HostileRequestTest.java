package koine.engine.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import koine.net.LoopbackAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged requests against a real engine, several at a time. The engine runs in the test's own process: if one of them ended that,
 * {@code target/hostile-requests.txt} has the seeds that began and did not end.
 */
@Timeout(900)
class HostileRequestTest {
    private static final int REQUESTS = Boolean.getBoolean("koine.long") ? 1000 : 250;
    private static final int AT_A_TIME = 4;
    private static final long FIRST_SEED = 20_000;
    private static final Path NOTES = Path.of("target", "hostile-requests.txt");
    private static final Duration MOST = Duration.ofSeconds(10);
    /** A request that is valid after all may take its time. */
    private static final int ANSWER_MILLIS = 120_000;

    @TempDir
    Path folder;

    private record Result(long seed, String problem) {}

    @Test
    void eachIsAnsweredInJsonWithinTenSecondsAndTheEngineLives() throws Exception {
        Files.writeString(NOTES, "");
        try (RealServer server = RealServer.start(folder, 256, AT_A_TIME)) {
            int port = ((LoopbackAddress.Tcp) server.address()).port();
            List<Callable<Result>> work = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> (Callable<Result>) () -> ask(port, FIRST_SEED + i))
                    .toList();
            List<Result> bad = new ArrayList<>();
            try (ExecutorService workers = Executors.newFixedThreadPool(AT_A_TIME)) {
                for (Future<Result> result : workers.invokeAll(work)) {
                    if (!result.get().problem.isEmpty()) {
                        bad.add(result.get());
                    }
                }
            }
            System.out.println("hostile requests: " + REQUESTS + ", seeds " + FIRST_SEED + " to "
                    + (FIRST_SEED + REQUESTS - 1) + ", not right: " + bad.size());
            assertEquals(List.of(), bad);
            String well = send(port, request("POST /v1/completions", "{\"prompt\":\"one two\",\"max_tokens\":2}"));
            assertTrue(well.startsWith("HTTP/1.1 200 ") && well.contains("\"text_completion\""), well);
        }
    }

    private static byte[] request(String line, String body) {
        return (line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + RealServer.TOKEN
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static Result ask(int port, long seed) throws IOException {
        byte[] request = new HostileRequests(seed, RealServer.TOKEN).next();
        long start = System.nanoTime();
        note("begun ", seed);
        String answer;
        try {
            answer = send(port, request);
        } catch (IOException e) {
            return new Result(seed, e.toString());
        } finally {
            note("ended ", seed);
        }
        long nanos = System.nanoTime() - start;
        boolean head = new String(request, 0, 5, StandardCharsets.ISO_8859_1).equals("HEAD ");
        return new Result(seed, problem(answer, head, Duration.ofNanos(nanos)));
    }

    private static void note(String what, long seed) throws IOException {
        Files.writeString(NOTES, what + seed + "\n", StandardOpenOption.APPEND);
    }

    private static String problem(String answer, boolean head, Duration time) {
        if (answer.startsWith("HTTP/1.1 200 ")) {
            return "";
        }
        String line = answer.lines().findFirst().orElse("no answer");
        if (!line.matches("HTTP/1\\.1 (4[0-9][0-9]|50[135]) .*")) {
            return line;
        }
        boolean typed = answer.contains("\"error\":{\"code\":") && answer.contains("\"type\":\"");
        if (!typed && !head) { // what HEAD asks for has no body
            return "not typed: " + answer;
        }
        return time.compareTo(MOST) > 0 ? line + " after " + time : "";
    }

    private static String send(int port, byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
            } catch (SocketException e) {
                // refused before it was read: the answer is there
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
