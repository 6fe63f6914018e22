package koine.engine.packs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import koine.engine.files.PrivateFiles;
import koine.engine.packs.Pack.Backend;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The native packs of this computer: those that came with the program and those its user has added, each in a folder
 * {@code ID-VERSION}. Only packs of the manifest are seen, and only archives with their hashes are let in.
 *
 * <p>One for each program; may be used by several threads and programs at a time: who changes something waits for who does, and a pack is unpacked
 * beside its place and moved there whole.
 */
public final class PackStore {
    private static final Logger LOG = LoggerFactory.getLogger(PackStore.class);
    /** What begins like this is on its way in or out; with the lock held, nobody's any more. */
    private static final String PASSING = ".passing-";

    private static final String LOCK = ".lock";

    private final ReentrantLock changes = new ReentrantLock();
    private final PackManifest manifest;
    private final String platform;
    private final @Nullable Path bundled;
    private final Path own;
    private final Function<String, Optional<String>> flags;

    /**
     * @param platform of this computer, see {@link Platform}
     * @param bundled packs that came with the program; null when none did. Need not exist
     * @param own the user's folder; made when a pack is added
     */
    public PackStore(PackManifest manifest, String platform, @Nullable Path bundled, Path own) {
        this(manifest, platform, bundled, own, BuiltInEngine::flag);
    }

    /** @param flags of the virtual machine: what it has found its processor to have */
    public PackStore(
            PackManifest manifest,
            String platform,
            @Nullable Path bundled,
            Path own,
            Function<String, Optional<String>> flags) {
        this.manifest = manifest;
        this.platform = platform;
        this.bundled = bundled;
        this.own = own;
        this.flags = flags;
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

    /** Where a pack is installed: rather where its user has put it, perhaps for a bundled one that is damaged. */
    public Optional<InstalledPack> find(Pack pack) {
        Path folder = own.resolve(pack.folderName());
        if (Files.isDirectory(folder)) {
            return Optional.of(new InstalledPack(pack, folder, false));
        }
        return bundled != null && Files.isDirectory(bundled.resolve(pack.folderName()))
                ? Optional.of(new InstalledPack(pack, bundled.resolve(pack.folderName()), true))
                : Optional.empty();
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

    /** The folder of the engine to use when no pack can be. @return empty where there is none for this computer */
    public Optional<Path> builtIn() {
        return BuiltInEngine.isFor(platform) && lackingForBuiltIn().isEmpty()
                ? Optional.of(own.resolve(BuiltInEngine.FOLDER))
                : Optional.empty();
    }

    /** What this processor lacks for {@link #builtIn}, in its makers' words. @return empty when that is not what it fails by */
    public List<String> lackingForBuiltIn() {
        return BuiltInEngine.isFor(platform) ? BuiltInEngine.lacking(platform, flags) : List.of();
    }

    /**
     * As {@link #plain}, or as {@link #builtIn} where there is no such pack.
     *
     * @throws Problem {@code KOINE-A110} there is neither, {@code KOINE-E120} the processor is too old for the second
     */
    public Path usual() throws Problem {
        try {
            return plain();
        } catch (Problem none) {
            List<String> lacking = lackingForBuiltIn();
            if (!lacking.isEmpty()) {
                throw new Problem("KOINE-E120", Map.of("lacking", String.join(", ", lacking)));
            }
            return builtIn().orElseThrow(() -> none);
        }
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
        try (ChangeLock _ = change()) {
            Optional<InstalledPack> there = find(pack);
            if (there.isPresent() && isWhole(there.get())) {
                return there.get();
            }
            sweep();
            unpack(pack, archive);
            disposeOfOlder(pack);
            return new InstalledPack(pack, own.resolve(pack.folderName()), false);
        } catch (PackFiles.UnreadableException e) {
            throw unreadable(archive, e);
        } catch (IOException e) {
            throw new Problem("KOINE-P107", Map.of("pack", pack.id(), "megabytes", megabytes(pack.bytes())), e);
        }
    }

    /**
     * Adds a pack by its id, from a folder with archives as npm names them.
     *
     * @throws Problem as {@link #add}, and {@code KOINE-P103} no such pack, {@code KOINE-P104} its archive is not there
     */
    public InstalledPack addFrom(Path folder, String id) throws Problem {
        Pack pack = require(id);
        Optional<InstalledPack> there = find(pack);
        if (there.isPresent() && isWhole(there.get())) {
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
     * @param added hears of each
     * @throws Problem as {@link #add}, for the first that cannot be added; {@code KOINE-P101} also when the folder has none
     */
    public void addAll(Path folder, Consumer<InstalledPack> added) throws Problem {
        boolean none = true;
        for (Pack pack : known()) {
            Path archive = folder.resolve(pack.archiveName());
            if (Files.isRegularFile(archive)) {
                none = false;
                added.accept(add(archive));
            }
        }
        if (none) {
            throw new Problem("KOINE-P101", Map.of("file", name(folder)));
        }
    }

    /**
     * Deletes a pack the user has added. A program that has it loaded may go on on most systems.
     *
     * @throws Problem {@code KOINE-P103} no such pack, {@code KOINE-P105} it came with the program, {@code KOINE-P108} it
     *     is not installed, {@code KOINE-P109} its files cannot be deleted now
     */
    public void remove(String id) throws Problem {
        Pack pack = require(id);
        if (!Files.isDirectory(own)) {
            throw new Problem(find(pack).isPresent() ? "KOINE-P105" : "KOINE-P108", Map.of("pack", id));
        }
        try (ChangeLock _ = change()) {
            List<Path> folders = new ArrayList<>(older(pack));
            Optional<InstalledPack> installed = find(pack);
            Path place = own.resolve(pack.folderName());
            if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                folders.add(place);
            }
            if (folders.isEmpty()) {
                throw new Problem(installed.isPresent() ? "KOINE-P105" : "KOINE-P108", Map.of("pack", id));
            }
            for (Path folder : folders) {
                discard(setAside(folder));
            }
            PrivateFiles.syncFolder(own);
        } catch (IOException e) {
            throw new Problem("KOINE-P109", Map.of("pack", id), e);
        }
    }

    /** The same pack as an earlier Koine knew it. */
    private List<Path> older(Pack pack) throws IOException {
        Pattern names = Pattern.compile(Pattern.quote(pack.id()) + "-\\d+(\\.\\d+)*");
        try (Stream<Path> folders = Files.list(own)) {
            return folders.filter(folder -> names.matcher(name(folder)).matches())
                    .filter(folder -> !name(folder).equals(pack.folderName()))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Waits for who is changing something. */
    private ChangeLock change() throws IOException {
        createOwn();
        return ChangeLock.take(changes, own.resolve(LOCK));
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
            throw unreadable(archive, e);
        }
        throw new Problem("KOINE-P101", Map.of("file", name(archive)));
    }

    private static Problem unreadable(Path archive, IOException e) {
        return new Problem("KOINE-P106", Map.of("file", name(archive)), e);
    }

    private void unpack(Pack pack, Path archive) throws IOException, Problem {
        Path fresh = Files.createDirectory(passing());
        try {
            PackFiles.unpack(archive, fresh);
            if (!PackFiles.hash(fresh).equals(pack.filesSha256())) {
                throw new IOException("the archive was changed while it was read");
            }
            PrivateFiles.syncFolder(fresh);
            makeRoom(pack, own.resolve(pack.folderName()));
            Files.move(fresh, own.resolve(pack.folderName()), StandardCopyOption.ATOMIC_MOVE);
            PrivateFiles.syncFolder(own);
        } catch (IOException | Problem | RuntimeException e) {
            discard(fresh);
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

    /** Of a damaged one. */
    private void makeRoom(Pack pack, Path place) throws Problem {
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            try {
                discard(setAside(place));
            } catch (IOException e) {
                throw new Problem("KOINE-P109", Map.of("pack", pack.id()), e);
            }
        }
    }

    /** So that nobody sees a pack of which half is gone. */
    private Path setAside(Path folder) throws IOException {
        return Files.move(folder, passing(), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path passing() {
        return own.resolve(PASSING + UUID.randomUUID());
    }

    /** Deletes what a killed program has left, and what could not be deleted before. */
    private void sweep() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(own, PASSING + "*")) {
            left.forEach(PackStore::discard);
        }
    }

    private void disposeOfOlder(Pack pack) {
        try {
            for (Path folder : older(pack)) {
                discard(setAside(folder));
            }
        } catch (IOException e) {
            LOG.info("an older pack stays: {}", e.getClass().getSimpleName()); // a program may be using it
        }
    }

    /** What is set aside is gone for everybody; what of it cannot be deleted now, the next sweep does. */
    private static void discard(Path folder) {
        try {
            Files.walkFileTree(folder, new Discarding());
        } catch (IOException e) {
            LOG.info("a removed pack waits to be deleted: {}", e.getClass().getSimpleName());
        }
    }

    /** Deletes links, and not what they lead to; Windows' junctions are folders and something else. */
    private static final class Discarding extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes what) throws IOException {
            if (what.isOther()) {
                Files.delete(folder);
                return FileVisitResult.SKIP_SUBTREE;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes what) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }

    private static String name(Path file) {
        return file.getFileName() == null ? file.toString() : String.valueOf(file.getFileName());
    }

    private static long megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1_000_000L);
    }
}
