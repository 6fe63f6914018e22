package koine.setup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * What the program is built from, as a hash over the files' contents: time stamps lie after a checkout, contents do not.
 *
 * @param whole the hash that names a build
 * @param modules in the order they are built, each with a hash over itself and all before it: a module whose hash did not
 *     change has an up-to-date build
 * @param files names below the root
 */
record Fingerprint(String whole, Map<String, String> modules, List<String> files) {
    private static final Pattern MODULE = Pattern.compile("<module>\\s*([^<\\s]+)\\s*</module>");

    /** Bytes from which two quick sums stand for the content: SHA-256 of the fonts would be felt at each start. */
    private static final int LARGE = 1 << 16;

    static Fingerprint of(Path root) throws IOException {
        MessageDigest digest = Trees.digest("SHA-256");
        List<String> files = new ArrayList<>();
        Map<String, String> modules = new LinkedHashMap<>();
        digest.update((Runtime.version() + " " + System.getProperty("os.arch")).getBytes(StandardCharsets.UTF_8));
        add(digest, files, root, root.resolve("pom.xml"));
        addAll(digest, files, root, root.resolve(".mvn"));
        for (String module : modules(root)) {
            add(digest, files, root, root.resolve(module).resolve("pom.xml"));
            addAll(digest, files, root, root.resolve(module).resolve("src/main"));
            modules.put(module, state(digest));
        }
        addAll(digest, files, root, root.resolve("setup"));
        return new Fingerprint(state(digest), modules, files);
    }

    /** The folders of the Maven modules, in the order they are built. */
    static List<String> modules(Path root) throws IOException {
        return MODULE.matcher(Files.readString(root.resolve("pom.xml")))
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    /** The hash of a module, empty for a name that is no module's. */
    String module(String name) {
        return modules.getOrDefault(name, "");
    }

    private static void addAll(MessageDigest digest, List<String> files, Path root, Path folder) throws IOException {
        for (Path file : Trees.files(folder)) {
            add(digest, files, root, file);
        }
    }

    private static void add(MessageDigest digest, List<String> files, Path root, Path file) throws IOException {
        String name = Trees.name(root, file);
        byte[] content = Files.readAllBytes(file);
        digest.update((name + "\0" + content.length + "\0").getBytes(StandardCharsets.UTF_8));
        digest.update(content.length < LARGE ? content : sums(content));
        files.add(name);
    }

    private static byte[] sums(byte[] content) {
        CRC32 one = new CRC32();
        CRC32C other = new CRC32C();
        one.update(content);
        other.update(content);
        return (one.getValue() + " " + other.getValue()).getBytes(StandardCharsets.UTF_8);
    }

    private static String state(MessageDigest digest) {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest(), 0, 16);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }
}
