package koine.app.layers;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import koine.app.conversations.Layer;
import koine.engine.client.ChatAdapter;
import koine.engine.files.FileState;
import koine.gguf.AdapterCheck;
import koine.gguf.AdapterFacts;
import koine.gguf.GgufFile;
import koine.gguf.GgufReader;
import koine.gguf.MisfitException;
import koine.gguf.MisfitException.Reason;
import koine.gguf.ModelFacts;
import koine.i18n.Problem;
import koine.models.InstalledAdapter;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import koine.models.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Layers (LoRA adapters) and the models they go with, by the headers of both files and the engine's own rules, so that a
 * person hears before the question whether a layer can be used. Methods block on the disk; any thread.
 */
public final class Layers {
    /** As many as an engine takes at once. */
    public static final int MOST = 8;

    private static final int MOST_REMEMBERED = 256;

    private final ModelStore models;
    private final Reads reads;
    /** By {@link FileState}, as the next. */
    private final Map<String, Object> flights = new ConcurrentHashMap<>();

    private final Map<String, String> hashes = new Recent<>(); // guarded by itself
    private final Map<String, Origin> origins = new Recent<>(); // guarded by itself
    private final Map<List<String>, Verdict> verdicts = new Recent<>(); // guarded by itself

    public Layers(ModelStore models) {
        this(models, Reads.OF_FILES);
    }

    Layers(ModelStore models, Reads reads) {
        this.models = models;
        this.reads = reads;
    }

    /** What takes its time on large files. */
    interface Reads {
        Reads OF_FILES = new Reads() {
            @Override
            public GgufFile header(Path file) throws IOException {
                return GgufReader.read(file);
            }

            @Override
            public String sha256(Path file) throws IOException {
                return Sha256.of(file);
            }
        };

        GgufFile header(Path file) throws IOException;

        String sha256(Path file) throws IOException;
    }

    /** @param misfit why it does not go with the model; null when it does */
    public record Offer(InstalledAdapter adapter, @Nullable Reason misfit) {
        public boolean fits() {
            return misfit == null;
        }
    }

    /**
     * A layer of a conversation as it stands now.
     *
     * @param wanted as the conversation names it
     * @param layer named as it is now, with the hash that its file has now, where it could be read
     * @param adapter null when it is not there
     * @param problem why it cannot be used; null when it can
     */
    public record Look(
            Layer wanted,
            Layer layer,
            @Nullable InstalledAdapter adapter,
            @Nullable Problem problem) {}

    /** @param layers to be remembered @param adapters to be asked with */
    public record Ready(List<Layer> layers, List<ChatAdapter> adapters) {}

    /** @param maker who made a model, as the catalogue says, else its file; null when neither does */
    public record Origin(@Nullable String maker, @Nullable String license) {}

    /** All layers on this computer, those that go with the model first. */
    public List<Offer> offers(Path model) {
        List<Offer> fitting = new ArrayList<>();
        List<Offer> others = new ArrayList<>();
        Base base = new Base(model);
        for (InstalledAdapter adapter : models.adapters()) {
            Offer offer = new Offer(adapter, misfit(adapter, base));
            (offer.fits() ? fitting : others).add(offer);
        }
        fitting.addAll(others);
        return List.copyOf(fitting);
    }

    /** Why a layer does not go with a model; null when it does. */
    public @Nullable Reason misfit(InstalledAdapter adapter, Path model) {
        return misfit(adapter, new Base(model));
    }

    private @Nullable Reason misfit(InstalledAdapter adapter, Base model) {
        try {
            List<String> both = List.of(FileState.of(adapter.path()), FileState.of(model.file));
            synchronized (verdicts) {
                Verdict known = verdicts.get(both);
                if (known != null) {
                    return known.misfit();
                }
            }
            Verdict verdict = new Verdict(judge(reads.header(adapter.path()), model.header()));
            synchronized (verdicts) {
                verdicts.put(both, verdict);
            }
            return verdict.misfit();
        } catch (IOException e) {
            return Reason.DAMAGED;
        }
    }

    private static @Nullable Reason judge(GgufFile adapter, GgufFile model) {
        try {
            AdapterCheck.require(adapter, model);
            return null;
        } catch (MisfitException e) {
            return e.reason();
        }
    }

    /** How each layer of a conversation stands with a model. */
    public List<Look> look(List<Layer> layers, InstalledModel model) {
        return layers.stream().map(layer -> look(layer, model)).toList();
    }

    private Look look(Layer layer, InstalledModel model) {
        InstalledAdapter adapter;
        String sha256;
        try {
            adapter = models.adapter(layer.name());
            sha256 = sha256(adapter.path());
        } catch (Problem e) {
            boolean gone = layer.sha256() != null && e.code().equals("KOINE-M104");
            return new Look(layer, layer, null, gone ? lost(layer, "gone", e) : e);
        } catch (IOException e) {
            boolean gone = layer.sha256() != null && e instanceof NoSuchFileException;
            return new Look(layer, layer, null, gone ? lost(layer, "gone", e) : unreadable(layer, e));
        }
        if (layer.sha256() != null && !layer.sha256().equals(sha256)) {
            return new Look(layer, layer, adapter, lost(layer, "changed", null));
        }
        Reason misfit = misfit(adapter, model.path());
        Layer now = new Layer(adapter.id(), sha256, layer.scale());
        return new Look(layer, now, adapter, misfit == null ? null : misfit(adapter, model, misfit));
    }

    /**
     * What a question with these layers is asked with.
     *
     * @throws Problem {@code KOINE-M104} no such layer, {@code KOINE-M105} the file is none or cannot be read, {@code KOINE-C114} one that the
     *     conversation had is gone or another, {@code KOINE-E117} one does not go with the model, {@code KOINE-A129} too
     *     many or one twice
     */
    public Ready ready(List<Layer> wanted, InstalledModel model) throws Problem {
        if (wanted.size() > MOST) {
            throw new Problem("KOINE-A129", Map.of("why", "many", "layer", "", "most", MOST));
        }
        List<Layer> layers = new ArrayList<>();
        List<ChatAdapter> adapters = new ArrayList<>();
        for (Look look : look(wanted, model)) {
            InstalledAdapter adapter = look.adapter();
            if (look.problem() != null) {
                throw look.problem();
            }
            boolean twice = layers.stream()
                    .anyMatch(other -> look.layer().sha256() != null
                            && look.layer().sha256().equals(other.sha256()));
            if (twice) {
                throw new Problem(
                        "KOINE-A129",
                        Map.of("why", "twice", "layer", look.layer().name(), "most", MOST));
            }
            if (adapter != null) {
                layers.add(look.layer());
                adapters.add(new ChatAdapter(
                        adapter.path().toAbsolutePath(),
                        look.layer().sha256(),
                        look.layer().scale()));
            }
        }
        return new Ready(List.copyOf(layers), List.copyOf(adapters));
    }

    public Origin origin(InstalledModel model) {
        if (model.entry() != null) {
            return new Origin(model.entry().maker(), model.entry().license());
        }
        try {
            String stamp = FileState.of(model.path());
            synchronized (origins) {
                Origin known = origins.get(stamp);
                if (known != null) {
                    return known;
                }
            }
            ModelFacts facts = ModelFacts.of(reads.header(model.path()));
            Origin origin = new Origin(facts.maker(), facts.license());
            synchronized (origins) {
                origins.put(stamp, origin);
            }
            return origin;
        } catch (IOException e) {
            return new Origin(null, null);
        }
    }

    /** How texts call a reason; {@code fits} for none. */
    public static String keyword(@Nullable Reason misfit) {
        return misfit == null ? "fits" : misfit.name().toLowerCase(Locale.ROOT);
    }

    private static Problem lost(Layer layer, String why, @Nullable Exception cause) {
        return new Problem("KOINE-C114", Map.of("layer", layer.name(), "why", why), cause);
    }

    private static Problem unreadable(Layer layer, IOException cause) {
        String reason = cause instanceof AccessDeniedException ? "denied" : "other";
        return new Problem("KOINE-M105", Map.of("file", layer.name(), "reason", reason), cause);
    }

    private static Problem misfit(InstalledAdapter adapter, InstalledModel model, Reason reason) {
        AdapterFacts.Base base = adapter.facts().base();
        String madeFor = base == null || base.name() == null ? "" : base.name();
        String way = switch (reason) {
            case DAMAGED, NOT_AN_ADAPTER -> "fetch";
            case OTHER_ARCHITECTURE, OTHER_TENSORS -> madeFor.isEmpty() ? "other" : "base";
            case UNSUPPORTED -> "other";
        };
        return new Problem(
                "KOINE-E117",
                Map.of(
                        "layer", adapter.name(),
                        "model", model.name(),
                        "reason", keyword(reason),
                        "way", way,
                        "base", madeFor));
    }

    private String sha256(Path file) throws IOException {
        String stamp = FileState.of(file);
        synchronized (hashes) {
            String known = hashes.get(stamp);
            if (known != null) {
                return known;
            }
        }
        synchronized (flights.computeIfAbsent(stamp, of -> new Object())) { // others wait for who reads it already
            synchronized (hashes) {
                String known = hashes.get(stamp);
                if (known != null) {
                    return known;
                }
            }
            try {
                String sha256 = reads.sha256(file);
                synchronized (hashes) {
                    hashes.put(stamp, sha256);
                }
                return sha256;
            } finally {
                flights.remove(stamp);
            }
        }
    }

    /** A model whose header is read when it is needed, and once. */
    private final class Base {
        private final Path file;
        private @Nullable GgufFile header;

        Base(Path file) {
            this.file = file;
        }

        GgufFile header() throws IOException {
            GgufFile known = header;
            if (known == null) {
                known = reads.header(file);
                header = known;
            }
            return known;
        }
    }

    private record Verdict(@Nullable Reason misfit) {}

    private static final class Recent<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MOST_REMEMBERED;
        }
    }
}
