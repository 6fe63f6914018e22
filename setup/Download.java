package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Fetches packages through npm and pip, the way this computer has them set up, with a progress line. */
final class Download {
    private final Checkout checkout;

    Download(Checkout checkout) {
        this.checkout = checkout;
    }

    /**
     * The .tgz of an npm package, checked.
     *
     * @param what what a person calls it
     * @param sha512 in hexadecimal
     * @param folder a scratch folder; npm's cache goes there too, so that arriving bytes can be counted
     */
    Path npm(String what, String spec, long bytes, String sha512, Path folder)
            throws IOException, InterruptedException, Trouble {
        Path out = Files.createDirectories(folder.resolve("out"));
        Path cache = folder.resolve("npm");
        try (Progress progress = new Progress(checkout.terminal(), what)) {
            Tool npm = new Tool(Tool.need("npm"), folder)
                    .with("pack", spec, "--pack-destination", out, "--cache", cache, "--ignore-scripts")
                    .with("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
                    .with("--update-notifier=false")
                    .onTick(() -> progress.bytes(Trees.size(cache), bytes));
            int code = npm.run(checkout.log("npm"));
            List<Path> files = Trees.files(out);
            if (code != 0 || files.size() != 1) {
                throw failed("npm", what, checkout.log("npm"));
            }
            if (!Trees.hash("SHA-512", files.getFirst()).equals(sha512)) {
                throw wrong(what, "npm", "SHA-512");
            }
            progress.done(megabytes(bytes));
            return files.getFirst();
        }
    }

    /** The wheels of Python packages, named {@code NAME==VERSION}; the caller checks them. */
    List<Path> pip(String what, List<String> specs, long bytes, Path folder)
            throws IOException, InterruptedException, Trouble {
        Path out = Files.createDirectories(folder.resolve("out"));
        Path temporary = Files.createDirectories(folder.resolve("pip"));
        try (Progress progress = new Progress(checkout.terminal(), what)) {
            List<String> command = pipCommand().orElseThrow(() -> Tool.missing(List.of("pip")));
            Tool pip = new Tool(Path.of(command.getFirst()), folder)
                    .with(command.subList(1, command.size()).toArray())
                    .with("download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar", "off")
                    .with("--disable-pip-version-check", "--retries", "2", "--dest", out)
                    .with(specs.toArray())
                    .environment("TMPDIR", temporary)
                    .environment("TEMP", temporary)
                    .onTick(() -> progress.bytes(Trees.size(folder), bytes));
            int code = pip.run(checkout.log("pip"));
            List<Path> files = Trees.files(out);
            if (code != 0 || files.size() != specs.size()) {
                throw failed("pip", what, checkout.log("pip"));
            }
            progress.done(megabytes(bytes));
            return files;
        }
    }

    static boolean hasPip() throws IOException, InterruptedException {
        return pipCommand().isPresent();
    }

    /** A Python with pip, else pip by its own name. */
    private static Optional<List<String>> pipCommand() throws IOException, InterruptedException {
        for (String python : List.of("python3", "py")) {
            Path program = Tool.find(python).orElse(null);
            if (program != null && answers(program)) {
                return Optional.of(List.of(program.toString(), "-m", "pip"));
            }
        }
        return Tool.find("pip3").or(() -> Tool.find("pip")).map(program -> List.of(program.toString()));
    }

    private static boolean answers(Path python) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(python.toString(), "-m", "pip", "--version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    static Trouble wrong(String what, String tool, String algorithm) {
        return new Trouble(what + ": what " + tool + " delivered is not what Koine expects (its " + algorithm
                + " differs), so it was thrown away; start again, and if it stays so, tell Koine's makers.");
    }

    private Trouble failed(String tool, String what, Path log) throws IOException {
        if (Tool.blamesNetwork(log)) {
            return new Trouble(what + ": the network cannot be reached; connect this computer and start again"
                    + " (only the first start needs a network).");
        }
        return new Trouble(what + ": " + tool + " could not fetch it (" + lastError(log) + "); all that " + tool
                + " said is in " + checkout.root().relativize(log) + ".");
    }

    private static String lastError(Path log) throws IOException {
        List<String> lines = new ArrayList<>(Tool.output(log).lines().toList());
        lines.removeIf(line -> line.isBlank() || line.contains("A complete log of this run"));
        String last = lines.isEmpty() ? "it said nothing" : lines.getLast().strip();
        return last.length() <= 160 ? last : last.substring(0, 160) + "…";
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
