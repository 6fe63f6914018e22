package koine.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndingTest {
    private static final int CODE = 7;

    @Test
    void aProgramThatLeavesAChildEndsAtOnceWithItsCodeAndAllItSaid() throws Exception {
        assumeTrue(File.separatorChar == '/', "no sleep command");
        String said = run("leave");
        String child = said.lines().findFirst().orElseThrow();
        ProcessHandle.of(Long.parseLong(child)).ifPresent(ProcessHandle::destroyForcibly);
        assertEquals(child + "\nsaid\n" + CODE, said);
    }

    @Test
    void oneThatLeavesNoneEndsAsJavaDoes() throws Exception {
        assertEquals("said\nhook\n" + CODE, run("alone"));
    }

    private static String run(String how) throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(List.of(
                        java.toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Trial.class.getName(),
                        how))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said.replace("\r", "") + process.waitFor();
    }

    /** The program that ends. */
    static final class Trial {
        private Trial() {}

        public static void main(String[] args) throws IOException {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
            if (args[0].equals("leave")) {
                Process child = new ProcessBuilder("sleep", "20")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                System.out.println(child.pid());
            }
            System.out.println("said");
            Ending.end(CODE);
        }
    }
}
