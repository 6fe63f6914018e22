package koine.engine.packs;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import koine.engine.packs.Pack.Backend;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native packs of this computer: those that came with the program and those its user has added, each in a folder
 * {@code ID-VERSION}. Only packs of the manifest are seen, and only archives with their hashes are let in.
 *
 * <p>May be used by several threads and programs at a time: a pack is unpacked beside its place and moved there whole.
 */
public final class PackStore {
    private static final Logger LOG = LoggerFactory.getLogger(PackStore.class);
    /** What begins like this is on its way in or out. */
    private static final String PASSING = ".passing-";
    /** After this long, whoever left it there has died. */
    private static final Duration ABANDONED = Duration.ofHours(6);

    private final PackManifest manifest;
    private final String platform;
    private final @Nullable Path bundled;
    private final Path own;

    /**
     * @param platform of this computer, see {@link Platform}
     * @param bundled packs that came with the program; null when none did. Need not exist
     * @param own the user's folder; made when a pack is added
     */
    public PackStore(PackManifest manifest, String platform, @Nullable Path bundled, Path own) {
        this.manifest = manifest;
        this.platform = platform;
        this.bundled = bundled;
        this.own = own;
    }

    /** Packs for this computer, installed or not. */
    public List<Pack> known() {
        return manifest.packs().stream()
                .filter(pack -> pack.platform().equals(platform))
                .toList();
    }

    public List<InstalledPack> installed() {
        return known().stream().flatMap(pack -> find(pack).stream()).toList();
    }

    /** Where a pack is installed: rather with the program. */
    public Optional<InstalledPack> find(Pack pack) {
        if (bundled != null && Files.isDirectory(bundled.resolve(pack.folderName()))) {
            return Optional.of(new InstalledPack(pack, bundled.resolve(pack.folderName()), true));
        }
        Path folder = own.resolve(pack.folderName());
        return Files.isDirectory(folder) ? Optional.of(new InstalledPack(pack, folder, false)) : Optional.empty();
    }

    /**
     * The folder of the pack to use when nothing is known of the computer's graphics: one that needs no driver.
     *
     * @throws Problem {@code KOINE-A110} there is none
     */
    public Path plain() throws Problem {
        List<InstalledPack> whole = installed().stream()
                .filter(one -> one.pack().extendedPack() == null)
                .filter(one -> one.pack().needs().isEmpty())
                .toList();
        return whole.stream()
                .filter(one -> one.pack().backend() == Backend.CPU)
                .findFirst()
                .or(() -> whole.stream().findFirst())
                .map(InstalledPack::folder)
                .orElseThrow(() -> new Problem("KOINE-A110", Map.of("platform", platform)));
    }

    /** Reads all of it. @return whether every file is as it was packed */
    public static boolean isWhole(InstalledPack installed) {
        try {
            return PackFiles.hash(installed.folder()).equals(installed.pack().filesSha256());
        } catch (IOException e) {
            LOG.warn("a pack cannot be read: {}", installed.pack().id(), e);
            return false;
        }
    }

    /**
     * Adds a pack from the archive npm delivers. One that is installed and whole is left as it is.
     *
     * @throws Problem {@code KOINE-P101} no archive of a known pack, {@code KOINE-P102} a pack for other computers,
     *     {@code KOINE-P106} the archive cannot be read, {@code KOINE-P107} the pack cannot be written
     */
    public InstalledPack add(Path archive) throws Problem {
        Pack pack = recognize(archive);
        if (!pack.platform().equals(platform)) {
            throw new Problem(
                    "KOINE-P102",
                    Map.of("file", name(archive), "pack", pack.id(), "platform", platform, "other", pack.platform()));
        }
        Optional<InstalledPack> there = find(pack);
        if (there.isPresent() && (there.get().bundled() || isWhole(there.get()))) {
            return there.get();
        }
        try {
            unpack(pack, archive);
        } catch (IOException e) {
            throw new Problem("KOINE-P107", Map.of("pack", pack.id(), "megabytes", megabytes(pack.bytes())), e);
        }
        return new InstalledPack(pack, own.resolve(pack.folderName()), false);
    }

    /**
     * Adds a pack by its id, from a folder with archives as npm names them.
     *
     * @throws Problem as {@link #add}, and {@code KOINE-P103} no such pack, {@code KOINE-P104} its archive is not there
     */
    public InstalledPack addFrom(Path folder, String id) throws Problem {
        Pack pack = require(id);
        Optional<InstalledPack> there = find(pack);
        if (there.isPresent() && (there.get().bundled() || isWhole(there.get()))) {
            return there.get();
        }
        Path archive = folder.resolve(pack.archiveName());
        if (!Files.isRegularFile(archive)) {
            throw new Problem(
                    "KOINE-P104",
                    Map.of(
                            "pack", id,
                            "archive", pack.archiveName(),
                            "megabytes", megabytes(pack.bytes()),
                            "folder", folder.toString(),
                            "command", "npm pack " + pack.npmPackage() + "@" + pack.version()));
        }
        return add(archive);
    }

    /**
     * Adds every pack for this computer whose archive, named as npm names it, lies in the folder: a school's stick.
     *
     * @throws Problem as {@link #add}; {@code KOINE-P101} also when the folder has none
     */
    public List<InstalledPack> addAll(Path folder) throws Problem {
        List<InstalledPack> added = new ArrayList<>();
        for (Pack pack : known()) {
            Path archive = folder.resolve(pack.archiveName());
            if (Files.isRegularFile(archive)) {
                added.add(add(archive));
            }
        }
        if (added.isEmpty()) {
            throw new Problem("KOINE-P101", Map.of("file", name(folder)));
        }
        return added;
    }

    /**
     * Deletes a pack the user has added. A program that has it loaded may go on on most systems.
     *
     * @throws Problem {@code KOINE-P103} no such pack, {@code KOINE-P105} it came with the program, {@code KOINE-P108} it
     *     is not installed, {@code KOINE-P109} its files cannot be deleted now
     */
    public void remove(String id) throws Problem {
        Pack pack = require(id);
        InstalledPack installed = find(pack).orElseThrow(() -> new Problem("KOINE-P108", Map.of("pack", id)));
        if (installed.bundled()) {
            throw new Problem("KOINE-P105", Map.of("pack", id));
        }
        try {
            delete(setAside(installed.folder()));
            sync(own);
        } catch (IOException e) {
            throw new Problem("KOINE-P109", Map.of("pack", id), e);
        }
    }

    private Pack require(String id) throws Problem {
        return known().stream()
                .filter(pack -> pack.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new Problem("KOINE-P103", Map.of("pack", id)));
    }

    /** By its contents, whatever its name. */
    private Pack recognize(Path archive) throws Problem {
        try {
            long bytes = Files.size(archive);
            if (manifest.packs().stream().anyMatch(pack -> pack.bytes() == bytes)) {
                String hash = PackFiles.sha512(archive);
                for (Pack pack : manifest.packs()) {
                    if (pack.sha512().equals(hash)) {
                        return pack;
                    }
                }
            }
        } catch (IOException e) {
            throw new Problem("KOINE-P106", Map.of("file", name(archive)), e);
        }
        throw new Problem("KOINE-P101", Map.of("file", name(archive)));
    }

    private void unpack(Pack pack, Path archive) throws IOException {
        createOwn();
        sweep();
        Path fresh = Files.createDirectory(passing());
        try {
            PackFiles.unpack(archive, fresh);
            if (!PackFiles.hash(fresh).equals(pack.filesSha256())) {
                throw new IOException("the archive was changed while it was read");
            }
            sync(fresh);
            put(fresh, own.resolve(pack.folderName()));
            sync(own);
        } catch (IOException | RuntimeException e) {
            delete(fresh);
            throw e;
        }
    }

    /** Folders above it too: what is made by this is for the user alone, as the profile is that it lies in. */
    private void createOwn() throws IOException {
        boolean posix = own.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] rights = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        Files.createDirectories(own, rights);
    }

    /** In place of a damaged one. Who comes second finds the first one's, which is the same. */
    private void put(Path fresh, Path place) throws IOException {
        if (Files.isDirectory(place)) {
            delete(setAside(place));
        }
        try {
            Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) { // which one it is differs between systems
            if (!Files.isDirectory(place)) {
                throw e;
            }
            delete(fresh);
        }
    }

    /** So that nobody sees a pack of which half is gone. */
    private Path setAside(Path folder) throws IOException {
        return Files.move(folder, passing(), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path passing() {
        return own.resolve(PASSING + UUID.randomUUID());
    }

    /** Deletes what a killed program has left. */
    private void sweep() throws IOException {
        FileTime limit = FileTime.from(Instant.now().minus(ABANDONED));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(own, PASSING + "*")) {
            for (Path folder : left) {
                if (Files.getLastModifiedTime(folder).compareTo(limit) < 0) {
                    delete(folder);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static void sync(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("folders cannot be synced here"); // Windows
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static long megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1_000_000L);
    }
}
