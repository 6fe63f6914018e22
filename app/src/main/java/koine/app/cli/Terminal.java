package koine.app.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The streams of a command line: UTF-8 whatever the system's charset is.
 *
 * @param inputIsTyped standard input is a keyboard, not a file or a pipe
 * @param errorIsSeen standard error is a screen
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean inputIsTyped, boolean errorIsSeen) {

    static Terminal ofProcess() {
        return new Terminal(
                new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                isTerminal(0),
                isTerminal(2));
    }

    /** Prints at once. @return false when nobody reads any more (the pipe is closed) */
    boolean print(String text) {
        out.print(text);
        return !out.checkError();
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), false, StandardCharsets.UTF_8);
    }

    /** Java tells only of input and output together; Linux tells of each. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 returns null again where there is no terminal
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        if (Files.isSymbolicLink(link)) {
            try {
                String target = Files.readSymbolicLink(link).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            } catch (IOException e) {
                return false;
            }
        }
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
