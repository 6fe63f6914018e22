package koine.engine.packs;

import java.nio.file.Path;
import java.util.Set;

/**
 * The older engine that comes with the program as a Java library, for computers on which no pack can be used. The folder it is
 * unpacked into stands for it wherever a pack's folder stands for that.
 */
public final class BuiltInEngine {
    /** With its version: another one is unpacked beside it. */
    static final String FOLDER = "jllama-4.2.0";

    private static final Set<String> PLATFORMS = Set.of("linux-x64", "linux-arm64", "mac-x64", "mac-arm64", "win-x64");

    private BuiltInEngine() {}

    /** Whether this is its folder, and no pack's. */
    public static boolean isIn(Path folder) {
        return folder.endsWith(FOLDER);
    }

    /** @param platform see {@link Platform} */
    static boolean isFor(String platform) {
        return PLATFORMS.contains(platform);
    }
}
