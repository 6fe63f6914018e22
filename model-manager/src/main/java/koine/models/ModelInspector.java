package koine.models;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import koine.gguf.AdapterFacts;
import koine.gguf.GgufException;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
import koine.gguf.ModelFacts;
import koine.models.NotAModelException.Reason;
import org.jspecify.annotations.Nullable;

/** Looks into model files and remembers what it saw while path, length and time of change stay the same. Any thread. */
final class ModelInspector {
    private final Map<Path, Seen> seen = new ConcurrentHashMap<>();

    private record Seen(
            long bytes,
            FileTime changed,
            @Nullable Header header,
            @Nullable String refusal) {}

    /** @param adapter null for what is no adapter */
    private record Header(ModelFacts facts, @Nullable AdapterFacts adapter) {}

    /**
     * @param architecture what the engine must know to run it
     * @param fileBytes length of this file
     * @param bytes length of all files of the model
     */
    record Inspected(ModelFacts facts, String architecture, long fileBytes, long bytes) {}

    /**
     * @throws NotAModelException the file cannot be run
     * @throws IOException the file is not there, or the disk failed
     */
    Inspected inspect(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        SplitName name = SplitName.of(file);
        if (name != null && name.part() != 1) {
            throw new NotAModelException(Reason.PART, "a later part of a model in several files", null);
        }
        Header header = header(file, now);
        if (header.adapter != null) {
            throw new NotAModelException(Reason.ADAPTER, "no model but an adapter", null);
        }
        ModelFacts facts = header.facts;
        String architecture = facts.architecture();
        if (architecture == null || !facts.kind().equals("model") || facts.parameters() == 0) {
            throw new NotAModelException(Reason.ACCESSORY, "no model but of kind " + facts.kind(), null);
        }
        return new Inspected(facts, architecture, now.size(), bytes(file, now.size(), name, facts));
    }

    /**
     * @return null for a GGUF file that is no adapter
     * @throws NotAModelException the file is no readable GGUF
     * @throws IOException the file is not there, or the disk failed
     */
    @Nullable
    AdapterFacts adapter(Path file) throws IOException {
        return header(file, Files.readAttributes(file, BasicFileAttributes.class)).adapter;
    }

    /** Whether it can be run. */
    boolean isModel(Path file) {
        try {
            return inspect(file).bytes() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    private Header header(Path file, BasicFileAttributes now) throws IOException {
        Seen before = seen.get(file);
        if (before == null || before.bytes != now.size() || !before.changed.equals(now.lastModifiedTime())) {
            before = look(file, now);
            seen.put(file, before);
        }
        if (before.header == null) {
            throw new NotAModelException(Reason.UNREADABLE, String.valueOf(before.refusal), null);
        }
        return before.header;
    }

    private static Seen look(Path file, BasicFileAttributes now) throws IOException {
        try {
            GgufFile read = GgufReader.read(file);
            Header header = new Header(ModelFacts.of(read), AdapterFacts.of(read));
            return new Seen(now.size(), now.lastModifiedTime(), header, null);
        } catch (GgufException e) {
            return new Seen(now.size(), now.lastModifiedTime(), null, e.getMessage());
        } catch (AccessDeniedException e) { // not remembered: a change of rights is no change of the file
            throw new NotAModelException(Reason.DENIED, "reading it is not allowed", e);
        }
    }

    private static long bytes(Path file, long fileBytes, @Nullable SplitName name, ModelFacts facts)
            throws IOException {
        ModelFacts.Split split = facts.split();
        if (split == null) {
            return fileBytes;
        }
        if (name == null || split.part() != 1 || split.parts() != name.parts()) {
            throw new NotAModelException(
                    Reason.INCOMPLETE, "its name does not say which part of a split model it is", null);
        }
        long bytes = 0;
        for (Path part : name.files(file)) {
            if (!Files.isRegularFile(part)) {
                throw new NotAModelException(Reason.INCOMPLETE, "parts of a split model are missing", null);
            }
            bytes += Files.size(part);
        }
        return bytes;
    }
}
