package koine.engine.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import koine.engine.files.FileState;
import koine.engine.files.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of a model file. Reading gigabytes takes seconds, so it is done in a quiet moment and remembered for as long as
 * the file has the same path, size and time.
 */
final class WeightsHash {
    private static final int PART = 1 << 20;

    private final SnapshotFolder folder;
    private final Path model;
    /** Of the file when it was loaded; one that took its place since is another model. Null when it cannot be told. */
    private final @Nullable String loaded;

    private @Nullable String known;

    WeightsHash(SnapshotFolder folder, Path model) {
        this.folder = folder;
        this.model = model;
        this.loaded = stateOrNull();
    }

    private @Nullable String stateOrNull() {
        try {
            return state();
        } catch (IOException e) {
            return null;
        }
    }

    /** @return null when it was never computed */
    @Nullable
    String known() throws IOException {
        if (known == null && loaded != null && Files.isRegularFile(folder.weightsFile())) {
            known = remembered().getProperty(loaded);
        }
        return known;
    }

    /** @return whether it is known now; false when there was something more urgent, or the file is another by now */
    boolean compute(BooleanSupplier wanted) throws IOException {
        if (known() != null) {
            return true;
        }
        if (loaded == null || !loaded.equals(state())) {
            return false;
        }
        MessageDigest digest = Sha256.fresh();
        ByteBuffer part = ByteBuffer.allocateDirect(PART);
        try (FileChannel channel = FileChannel.open(model, StandardOpenOption.READ)) {
            while (channel.read(part) >= 0) {
                digest.update(part.flip());
                part.clear();
                if (wanted.getAsBoolean()) {
                    return false;
                }
            }
        }
        if (!loaded.equals(state())) {
            return false;
        }
        known = HexFormat.of().formatHex(digest.digest());
        remember(loaded, known);
        return true;
    }

    private String state() throws IOException {
        return Sha256.of(FileState.of(model), 64);
    }

    private Properties remembered() throws IOException {
        Properties all = new Properties();
        try (InputStream in = Files.newInputStream(folder.weightsFile())) {
            all.load(in);
        } catch (IllegalArgumentException e) {
            all.clear(); // damaged: it is computed again
        }
        return all;
    }

    private void remember(String state, String hash) throws IOException {
        folder.create();
        Properties all = Files.exists(folder.weightsFile()) ? remembered() : new Properties();
        all.setProperty(state, hash);
        Path part = folder.newFileFor(folder.weightsFile());
        try (OutputStream out = Files.newOutputStream(part)) {
            all.store(out, null);
        }
        Files.move(part, folder.weightsFile(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
