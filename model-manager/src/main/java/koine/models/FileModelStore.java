package koine.models;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import koine.i18n.Problem;
import koine.models.ModelInspector.Inspected;
import koine.models.NotAModelException.Reason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model files in the program's own folder and in the user's. Nothing is written; a file is there as soon as it lies in the
 * folder. Folders are read anew at each call, files only when they have changed.
 *
 * <p>A file's id is the catalogue's when name and length are those of a catalogue file, else its name without
 * {@code .gguf}; where that is taken, {@code NAME~2}, {@code NAME~3} and so on, the program's folder first, then by name.
 * An id of the catalogue is never given to a file that is not the catalogue's.
 */
public final class FileModelStore implements ModelStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileModelStore.class);
    private static final String EXTENSION = ".gguf";
    /** Marks a model that is there for a first try only. */
    private static final String STARTER_NOTE = "models.note.starter";

    private final Catalogue catalogue;
    private final @Nullable Path bundled;
    private final Path own;
    private final ModelInspector inspector = new ModelInspector();
    private final AdapterFiles adapters;

    private record Found(InstalledModel model, boolean bundled, boolean chatTemplate) {}

    /**
     * @param bundled models that came with the program; null when none did. Need not exist
     * @param own the user's folder. Need not exist
     */
    public FileModelStore(Catalogue catalogue, @Nullable Path bundled, Path own) {
        this.catalogue = catalogue;
        this.bundled = bundled;
        this.own = own;
        this.adapters = new AdapterFiles(bundled, own, inspector);
    }

    public Catalogue catalogue() {
        return catalogue;
    }

    @Override
    public List<InstalledModel> installed() {
        return found().stream().map(Found::model).toList();
    }

    @Override
    public InstalledModel preferred() throws Problem {
        List<Found> found = found();
        // what a person has added is rather meant than the small voice for a first try
        Optional<Found> chosen = found.stream()
                .filter(one -> one.chatTemplate && !isStarter(one.model))
                .findFirst()
                .or(() -> found.stream().filter(one -> isStarter(one.model)).findFirst())
                .or(() -> found.stream().findFirst());
        return chosen.map(Found::model).orElseThrow(() -> new Problem("KOINE-M103", Map.of("folder", own.toString())));
    }

    @Override
    public InstalledModel resolve(String nameOrPath) throws Problem {
        List<InstalledModel> installed = installed();
        String name = normalized(nameOrPath.strip());
        Optional<InstalledModel> named = first(installed, model -> model.id().equals(name))
                .or(() -> first(installed, model -> model.id().equalsIgnoreCase(name)))
                .or(() -> first(installed, model -> fileName(model).equalsIgnoreCase(name)))
                .or(() -> first(installed, model -> stem(fileName(model)).equalsIgnoreCase(name)));
        if (named.isPresent()) {
            return named.get();
        }
        Optional<InstalledAdapter> adapter = adapters.named(nameOrPath.strip());
        if (adapter.isPresent()) {
            throw notAModel(adapter.get().path(), Reason.ADAPTER, null);
        }
        return outside(nameOrPath.strip(), installed);
    }

    @Override
    public List<InstalledAdapter> adapters() {
        return adapters.installed();
    }

    @Override
    public InstalledAdapter adapter(String nameOrPath) throws Problem {
        return adapters.resolve(nameOrPath.strip());
    }

    /** What {@link #verify} found. */
    public enum Verification {
        /** The file is, byte for byte, the one of the catalogue. */
        GENUINE,
        /** It has the name of the catalogue's file but another content. */
        ALTERED,
        /** The catalogue does not know the file, so there is nothing to compare it with. */
        UNKNOWN
    }

    /**
     * Compares a model's file with the catalogue by SHA-256. Reads all of it, about a second per gigabyte.
     *
     * @throws IOException when the file cannot be read
     */
    public Verification verify(InstalledModel model) throws IOException {
        if (model.entry() == null) {
            return Verification.UNKNOWN;
        }
        String found = Sha256.of(model.path());
        boolean genuine = model.entry().files().stream()
                .filter(file -> file.name().equalsIgnoreCase(fileName(model)))
                .anyMatch(file -> file.sha256().equals(found));
        return genuine ? Verification.GENUINE : Verification.ALTERED;
    }

    private List<Found> found() {
        List<Found> found = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        catalogue.entries().forEach(entry -> taken.add(key(entry.id())));
        Set<String> given = new HashSet<>();
        Set<Path> real = new HashSet<>();
        if (bundled != null) {
            collect(bundled, true, found, taken, given, real);
        }
        collect(own, false, found, taken, given, real);
        found.sort(Comparator.comparing((Found one) -> !one.bundled)
                .thenComparing(one -> one.model.name(), String.CASE_INSENSITIVE_ORDER)
                .thenComparing(one -> one.model.id()));
        return found;
    }

    private void collect(
            Path folder, boolean isBundled, List<Found> found, Set<String> taken, Set<String> given, Set<Path> real) {
        for (Path file : files(folder)) {
            try {
                Inspected inspected = inspector.inspect(file);
                if (real.add(file.toRealPath())) {
                    InstalledModel model = model(file, inspected, taken, given);
                    found.add(new Found(model, isBundled, inspected.facts().chatTemplate()));
                }
            } catch (NotAModelException e) {
                LOG.debug("left out a file of the models folder: {}", e.getMessage());
            } catch (IOException e) { // its message would name the path
                LOG.debug(
                        "left out a file of the models folder: {}", e.getClass().getSimpleName());
            }
        }
    }

    /** Files that may be models or belong to one, by name. */
    static List<Path> files(Path folder) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, FileModelStore::maybeModel)) {
            stream.forEach(files::add);
        } catch (NoSuchFileException e) {
            LOG.debug("no models folder yet");
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("the models folder cannot be read: {}", e.getClass().getSimpleName());
        }
        files.sort(Comparator.comparing((Path file) -> file.getFileName().toString()));
        return files;
    }

    private static boolean maybeModel(Path file) throws IOException {
        String name = file.getFileName().toString();
        return hasExtension(name)
                && !name.startsWith(".") // hidden on every system, also on a stick from another one
                && !Files.isHidden(file)
                && Files.isRegularFile(file);
    }

    private InstalledModel model(Path file, Inspected inspected, Set<String> taken, Set<String> given) {
        String fileName = normalized(file.getFileName().toString());
        Optional<Catalogue.Match> match = catalogue.matching(fileName, inspected.fileBytes());
        CatalogueEntry entry = match.map(Catalogue.Match::entry).orElse(null);
        String id = entry != null && given.add(key(entry.id())) ? entry.id() : free(idStem(file, fileName), taken);
        String named = inspected.facts().name();
        return new InstalledModel(
                id,
                entry != null ? entry.system() : named != null ? named : idStem(file, fileName),
                file,
                inspected.bytes(),
                inspected.architecture(),
                match.map(one -> one.file().quantization())
                        .orElse(inspected.facts().quantization()),
                entry != null ? entry.languages() : wellFormed(inspected.facts().languages()),
                inspected.facts().contextTokens(),
                entry);
    }

    private InstalledModel outside(String nameOrPath, List<InstalledModel> installed) throws Problem {
        Path file;
        try {
            file = UserPath.of(nameOrPath);
        } catch (InvalidPathException e) {
            throw ModelStore.noSuchModel(nameOrPath, installed, e);
        }
        if (nameOrPath.isEmpty() || !Files.exists(file) || Files.isDirectory(file)) {
            throw ModelStore.noSuchModel(nameOrPath, installed, null);
        }
        try {
            Path real = file.toRealPath();
            for (InstalledModel model : installed) {
                if (model.path().toRealPath().equals(real)) {
                    return model;
                }
            }
            Set<String> taken = new HashSet<>();
            catalogue.entries().forEach(entry -> taken.add(key(entry.id())));
            installed.forEach(model -> taken.add(key(model.id())));
            Set<String> given = new HashSet<>();
            installed.forEach(model -> given.add(key(model.id())));
            return model(file, inspector.inspect(file), taken, given);
        } catch (NotAModelException e) {
            throw notAModel(file, e.reason(), e);
        } catch (IOException e) {
            Reason reason = e instanceof AccessDeniedException ? Reason.DENIED : Reason.UNREADABLE;
            throw notAModel(file, reason, e);
        }
    }

    private static Problem notAModel(Path file, Reason reason, @Nullable IOException cause) {
        return new Problem(
                "KOINE-M102", Map.of("file", String.valueOf(file.getFileName()), "reason", reason.keyword()), cause);
    }

    private static Optional<InstalledModel> first(List<InstalledModel> models, Predicate<InstalledModel> wanted) {
        return models.stream().filter(wanted).findFirst();
    }

    private static boolean isStarter(InstalledModel model) {
        return model.entry() != null && model.entry().notes().contains(STARTER_NOTE);
    }

    static String free(String stem, Set<String> taken) {
        String id = stem;
        for (int i = 2; !taken.add(key(id)); i++) {
            id = stem + "~" + i;
        }
        return id;
    }

    private static String idStem(Path file, String fileName) {
        SplitName split = SplitName.of(file);
        return split != null ? normalized(split.prefix()) : stem(fileName);
    }

    static String stem(String fileName) {
        return hasExtension(fileName) ? fileName.substring(0, fileName.length() - EXTENSION.length()) : fileName;
    }

    private static boolean hasExtension(String fileName) {
        return fileName.length() > EXTENSION.length()
                && fileName.toLowerCase(Locale.ROOT).endsWith(EXTENSION);
    }

    private static String fileName(InstalledModel model) {
        return normalized(model.path().getFileName().toString());
    }

    private static String key(String id) {
        return id.toLowerCase(Locale.ROOT);
    }

    /** Names from a Mac have their accents apart; typed ones do not. */
    static String normalized(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    static List<String> wellFormed(List<String> languages) {
        return languages.stream().filter(FileModelStore::isWellFormed).toList();
    }

    private static boolean isWellFormed(String language) {
        try {
            new Locale.Builder().setLanguageTag(language);
            return true;
        } catch (IllformedLocaleException e) {
            return false;
        }
    }
}
