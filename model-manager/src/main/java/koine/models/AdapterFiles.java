package koine.models;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import koine.gguf.AdapterFacts;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The adapters in the models folders. Any thread. */
final class AdapterFiles {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterFiles.class);

    private final List<Path> folders;
    private final Path own;
    private final ModelInspector inspector;

    /** @param bundled null when none came with the program @param own the user's, where more are to be put */
    AdapterFiles(@Nullable Path bundled, Path own, ModelInspector inspector) {
        this.folders = bundled == null ? List.of(own) : List.of(bundled, own);
        this.own = own;
        this.inspector = inspector;
    }

    /** By name. */
    List<InstalledAdapter> installed() {
        List<InstalledAdapter> found = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        Set<Path> real = new HashSet<>();
        for (Path folder : folders) {
            for (Path file : FileModelStore.files(folder)) {
                try {
                    AdapterFacts facts = inspector.adapter(file);
                    if (facts != null && real.add(file.toRealPath())) {
                        String stem = FileModelStore.stem(
                                FileModelStore.normalized(file.getFileName().toString()));
                        found.add(adapter(FileModelStore.free(stem, taken), file, facts));
                    }
                } catch (IOException e) { // its message would name the path
                    LOG.debug(
                            "left out a file of the models folder: {}",
                            e.getClass().getSimpleName());
                }
            }
        }
        found.sort(Comparator.comparing(InstalledAdapter::name, String.CASE_INSENSITIVE_ORDER)
                .thenComparing(InstalledAdapter::id));
        return found;
    }

    /** One of the folders, by its id or its file's name. */
    Optional<InstalledAdapter> named(String name) {
        String wanted = FileModelStore.normalized(name);
        List<InstalledAdapter> all = installed();
        return all.stream()
                .filter(one -> one.id().equals(wanted))
                .findFirst()
                .or(() -> all.stream()
                        .filter(one -> one.id().equalsIgnoreCase(wanted)
                                || FileModelStore.normalized(
                                                one.path().getFileName().toString())
                                        .equalsIgnoreCase(wanted))
                        .findFirst());
    }

    /** As {@link ModelStore#adapter}. */
    InstalledAdapter resolve(String nameOrPath) throws Problem {
        Optional<InstalledAdapter> named = named(nameOrPath);
        return named.isPresent() ? named.get() : outside(nameOrPath);
    }

    private InstalledAdapter outside(String nameOrPath) throws Problem {
        Path file;
        try {
            file = UserPath.of(nameOrPath);
        } catch (InvalidPathException e) {
            throw noSuch(nameOrPath, e);
        }
        if (nameOrPath.isEmpty() || !Files.exists(file) || Files.isDirectory(file)) {
            throw noSuch(nameOrPath, null);
        }
        try {
            Path real = file.toRealPath();
            for (InstalledAdapter one : installed()) {
                if (one.path().toRealPath().equals(real)) {
                    return one;
                }
            }
            AdapterFacts facts = inspector.adapter(file);
            if (facts == null) {
                throw noAdapter(file, inspector.isModel(file) ? "model" : "other", null);
            }
            return adapter(file.toString(), file, facts);
        } catch (IOException e) {
            boolean denied = e instanceof AccessDeniedException
                    || (e instanceof NotAModelException not && not.reason() == NotAModelException.Reason.DENIED);
            throw noAdapter(file, denied ? "denied" : "other", e);
        }
    }

    private static InstalledAdapter adapter(String id, Path file, AdapterFacts facts) throws IOException {
        String stem =
                FileModelStore.stem(FileModelStore.normalized(file.getFileName().toString()));
        return new InstalledAdapter(
                id,
                facts.name() == null ? stem : facts.name(),
                file,
                Files.size(file),
                FileModelStore.wellFormed(facts.languages()),
                facts);
    }

    private static Problem noAdapter(Path file, String reason, @Nullable Exception cause) {
        return new Problem("KOINE-M105", Map.of("file", String.valueOf(file.getFileName()), "reason", reason), cause);
    }

    private Problem noSuch(String name, @Nullable Exception cause) {
        List<String> nearest =
                Nearest.of(name, installed().stream().map(InstalledAdapter::id).toList(), 1);
        return new Problem(
                "KOINE-M104",
                Map.of(
                        "name",
                        name,
                        "found",
                        UserPath.isMeantBy(name) ? "file" : nearest.isEmpty() ? "none" : "one",
                        "nearest",
                        nearest.isEmpty() ? "" : nearest.getFirst(),
                        "folder",
                        own.toString()),
                cause);
    }
}
