package koine.app.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The arguments as they were typed. */
final class Arguments {
    private Arguments() {}

    /**
     * Java decodes arguments by the system's charset, and where that is ASCII ({@code LC_ALL=C}, many containers) other
     * scripts are lost. Linux still has the bytes.
     */
    static String[] asTyped(String[] decoded) {
        if (Arrays.stream(decoded).allMatch(a -> a.chars().allMatch(c -> c < 0x80))) {
            return decoded;
        }
        try {
            String all = new String(Files.readAllBytes(Path.of("/proc/self/cmdline")), StandardCharsets.UTF_8);
            return last(List.of(all.split("\0", -1)), decoded);
        } catch (IOException e) {
            return decoded; // not Linux: there Java asks the system for Unicode
        }
    }

    /** @param raw the command line of the process, with an empty part after its last terminator */
    static String[] last(List<String> raw, String[] decoded) {
        int end = raw.size() - 1;
        int start = end - decoded.length;
        if (start < 1) {
            return decoded;
        }
        List<String> typed = raw.subList(start, end);
        for (int i = 0; i < decoded.length; i++) {
            // Where Java understood an argument, both must agree; else these are not our arguments.
            boolean ascii = decoded[i].chars().allMatch(c -> c < 0x80);
            if (ascii && !decoded[i].equals(typed.get(i))) {
                return decoded;
            }
        }
        return typed.toArray(String[]::new);
    }
}
