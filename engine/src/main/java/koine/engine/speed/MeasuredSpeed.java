package koine.engine.speed;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import koine.engine.files.FileState;
import koine.engine.files.KeyedFile;
import koine.engine.files.Sha256;
import koine.engine.llama.Offload;
import koine.engine.llama.Weights;
import koine.engine.processor.Cores;
import koine.engine.processor.Processor;
import koine.engine.speed.Trial.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What was measured to make models write more quickly on this computer, in a small file. It is of one model file, pack, device
 * and processor: when one of them is replaced, nothing is known, and nothing is used, until somebody measures again. One
 * thread of a process at a time.
 */
public final class MeasuredSpeed {
    /** Not .json: those are engines. */
    private static final String FILE = "measured-speed";

    private static final int FORMAT = 1;
    private static final int MOST_ENTRIES = 64;

    private final KeyedFile<Kept> file;

    /** @param folder where engines keep what they know of each other */
    public MeasuredSpeed(Path folder) {
        this.file = new KeyedFile<>(folder.resolve(FILE), FORMAT, MOST_ENTRIES, Kept.class, Kept::makesSense);
    }

    /**
     * @param at when, in seconds since 1970
     * @param tokensPerSecond written without any of it
     * @param fastest with all that is used
     */
    public record Found(long at, double tokensPerSecond, double fastest, List<Trial> trials) {
        public Found {
            trials = List.copyOf(trials);
        }

        /** What engines are started with. */
        public Speedup speedup() {
            Speedup all = Speedup.NONE;
            for (Trial trial : trials) {
                if (trial.used()) {
                    all = switch (trial.kind()) {
                        case LARGE_PAGES -> all.with(Weights.LARGE_PAGES);
                        case LOCKED -> all.with(Weights.LOCKED);
                        case DRAFT -> all.withDraft(trial.draft() == null ? null : Path.of(trial.draft()));
                        case PROCESSOR, QUANTIZED_CONTEXT -> all;
                    };
                }
            }
            return all;
        }

        /** Whether a context in fewer bits is better than a smaller one, where memory is short. */
        public boolean quantizedContext() {
            return trials.stream().anyMatch(trial -> trial.kind() == Kind.QUANTIZED_CONTEXT && trial.used());
        }
    }

    /** As it is written down. @param draftState of the draft model's file, when it was measured */
    private record Kept(
            long at,
            double tokensPerSecond,
            double fastest,
            @Nullable List<@Nullable Trial> trials,
            @Nullable String draftState) {
        boolean makesSense() {
            return tokensPerSecond > 0
                    && fastest > 0
                    && trials != null
                    && trials.stream().allMatch(trial -> trial != null && trial.makesSense());
        }
    }

    /**
     * @param offload null for the processor
     * @return null when it was not measured, or a file was replaced since
     */
    public @Nullable Found of(Path model, Path pack, int threads, @Nullable Offload offload) {
        if (!file.exists()) {
            return null; // a start should not take longer for it
        }
        try {
            Kept kept = file.get(key(model, pack, threads, offload));
            if (kept == null || kept.trials() == null) {
                return null;
            }
            Found found = new Found(kept.at(), kept.tokensPerSecond(), kept.fastest(), List.copyOf(kept.trials()));
            Path draft = found.speedup().draft();
            boolean same = draft == null || state(draft).equals(kept.draftState());
            return same ? found : null;
        } catch (IOException | InvalidPathException e) {
            return null; // one of the files has gone, or the name of one is damaged
        }
    }

    public void remember(Path model, Path pack, int threads, @Nullable Offload offload, Found found)
            throws IOException {
        Path draft = found.speedup().draft();
        file.put(
                key(model, pack, threads, offload),
                new Kept(
                        found.at(),
                        found.tokensPerSecond(),
                        found.fastest(),
                        List.copyOf(found.trials()),
                        draft == null ? null : state(draft)));
    }

    /** @return whether there was anything to forget */
    public boolean forget(Path model, Path pack, int threads, @Nullable Offload offload) throws IOException {
        return file.remove(key(model, pack, threads, offload));
    }

    private static String state(Path file) throws IOException {
        return Sha256.of(FileState.of(file), 16);
    }

    private static String key(Path model, Path pack, int threads, @Nullable Offload offload) throws IOException {
        int computing = threads == 0 ? new Cores().threads() : threads;
        String device = offload == null ? "" : offload.name() + " " + offload.layers();
        String all = String.join(
                "\0",
                FileState.of(model),
                String.valueOf(pack.getFileName()),
                Integer.toString(computing),
                device,
                Processor.name());
        return Sha256.of(all, 16);
    }
}
