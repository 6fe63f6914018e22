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
 * @param outputIsRead standard output is a pipe: when nothing can be written, nobody reads any more
 * @param inputIsTyped standard input is a keyboard, not a file or a pipe
 * @param errorIsSeen standard error is a screen
 */
record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean outputIsRead,
        boolean inputIsTyped,
        boolean errorIsSeen) {

    static Terminal ofProcess() {
        return new Terminal(
                new BufferedInputStream(new FileInputStream(FileDescriptor.in)),
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                isPipe(target(1)),
                isTerminal(0),
                isTerminal(2));
    }

    /** Prints at once. @return false when it cannot be written: mostly nobody reads any more (the pipe is closed) */
    boolean print(String text) {
        out.print(text);
        return !out.checkError();
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), false, StandardCharsets.UTF_8);
    }

    /** Where the system does not tell, it is taken for one. */
    private static boolean isPipe(String target) {
        return target.isEmpty() || target.startsWith("pipe:") || target.startsWith("socket:");
    }

    /** @return what a descriptor leads to; empty where the system does not tell */
    private static String target(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** Java tells only of input and output together; Linux tells of each. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 returns null again where there is no terminal
    private static boolean isTerminal(int descriptor) {
        String target = target(descriptor);
        if (!target.isEmpty()) {
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        }
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
