package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A large file whose size and SHA-256 are pinned, and the stamp that saves hashing it at every start.
 *
 * @param what what a person calls it, as the beginning of a sentence
 */
record PinnedFile(String what, Path folder, String name, long bytes, String sha256, Stamp stamp) {
    Path file() {
        return folder.resolve(name);
    }

    /** Whether it is there and whole. */
    boolean ready() throws IOException {
        if (!Files.isRegularFile(file())) {
            return false;
        }
        if (stamp.matches(sha256, folder, List.of(file()))) {
            return true;
        }
        if (Files.size(file()) != bytes || !Trees.hash("SHA-256", file()).equals(sha256)) {
            System.err.println(what + " in .build is damaged; it is fetched again.");
            return false;
        }
        remember();
        return true;
    }

    /** Moves a fresh file to its place, unless it is not the pinned one. */
    void accept(Path fresh, Trouble otherwise) throws IOException, Trouble {
        if (!Trees.hash("SHA-256", fresh).equals(sha256)) {
            throw otherwise;
        }
        Trees.replace(fresh, file());
        remember();
    }

    private void remember() throws IOException {
        stamp.write(sha256, folder, List.of(file()));
    }
}
