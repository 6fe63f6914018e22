package koine.setup;

import java.nio.file.Path;

/**
 * The folder Koine's sources lie in, and the places below it that setup fills.
 *
 * @param terminal whether standard error is a terminal, so that a progress line can be redrawn
 */
record Checkout(Path root, boolean terminal) {
    Path build() {
        return root.resolve(".build");
    }

    /** What the program ships with: {@code packs/} and {@code models/}. */
    Path bundle() {
        return build().resolve("bundle");
    }

    Path testkit() {
        return build().resolve("testkit");
    }

    Path app() {
        return build().resolve("app");
    }

    /** A folder for one piece of work, emptied before and after it; on the same disk, so that its files can be moved. */
    Path scratch(String work) {
        return build().resolve("tmp").resolve(work);
    }

    Path log(String work) {
        return build().resolve("log").resolve(work + ".log");
    }

    Path stamp(String part) {
        return build().resolve("stamps").resolve(part);
    }
}
