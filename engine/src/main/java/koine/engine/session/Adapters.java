package koine.engine.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import koine.engine.llama.AdapterException;
import koine.engine.llama.AdapterException.Reason;
import koine.engine.llama.LlamaAdapter;
import koine.engine.llama.LlamaContext;
import koine.engine.llama.LlamaModel;
import koine.engine.llama.ScaledAdapter;
import koine.engine.session.Generator.AdapterContent;
import koine.engine.session.Generator.AdapterUse;
import org.jspecify.annotations.Nullable;

/**
 * Adapters by their files: read when first asked for, kept beside the base model while an answer needs them and a while
 * longer. Belongs to the generator's thread.
 */
final class Adapters implements AutoCloseable {
    /** So many that nobody needs just now stay, the last used. */
    private static final int MOST_IDLE = 4;

    private static final int MOST_AT_ONCE = 8;

    private final LlamaModel model;
    private final @Nullable LlamaContext context;
    private final Map<Source, Loaded> loaded = new LinkedHashMap<>(16, 0.75f, true);

    /** A file as it was when it was read; one that has changed since is another adapter. */
    private record Source(Path file, long bytes, long modifiedMillis) {}

    private static final class Loaded {
        private final LlamaAdapter adapter;
        private final String hash;
        private int users;

        Loaded(LlamaAdapter adapter, String hash) {
            this.adapter = adapter;
            this.hash = hash;
        }
    }

    private record Chosen(Loaded loaded, float scale) {
        String identity() {
            return loaded.hash + "*" + scale;
        }
    }

    /** @param context null for a model that only makes embeddings */
    Adapters(LlamaModel model, @Nullable LlamaContext context) {
        this.model = model;
        this.context = context;
    }

    /**
     * Loads what is not loaded yet; blocks on the disk.
     *
     * @throws AdapterException when one cannot be used with this model
     * @throws IllegalArgumentException for too many, or one that is named twice
     */
    AdapterSet take(List<AdapterUse> wanted) {
        if (wanted.isEmpty()) {
            return AdapterSet.none();
        }
        if (wanted.size() > MOST_AT_ONCE) {
            throw new IllegalArgumentException("there are more than " + MOST_AT_ONCE + " adapters");
        }
        List<Chosen> chosen = new ArrayList<>();
        try {
            for (AdapterUse use : wanted) {
                Loaded one = load(use);
                if (chosen.stream().anyMatch(other -> other.loaded().equals(one))) {
                    throw new IllegalArgumentException("an adapter is named twice");
                }
                one.users++;
                chosen.add(new Chosen(one, use.scale()));
            }
        } catch (RuntimeException e) {
            release(chosen);
            throw e;
        }
        // what counts nothing is left out: then it is the base model, with what that has read
        List<Chosen> counting = chosen.stream()
                .filter(each -> each.scale() != 0)
                .sorted(Comparator.comparing(Chosen::identity))
                .toList();
        return new AdapterSet(
                counting.stream()
                        .map(each -> new ScaledAdapter(each.loaded().adapter, each.scale()))
                        .toList(),
                counting.stream().map(Chosen::identity).collect(Collectors.joining("+")),
                () -> release(chosen));
    }

    /** How many are loaded. */
    int count() {
        return loaded.size();
    }

    private Loaded load(AdapterUse use) {
        Path file = use.file();
        Source source = source(file);
        Loaded known = loaded.get(source);
        if (known != null) {
            return known;
        }
        LlamaAdapter adapter = model.loadAdapter(file);
        try {
            AdapterContent content = use.content();
            if (content == null || !content.isStill(file)) {
                content = AdapterHashes.hash(file);
            }
            Loaded fresh = new Loaded(adapter, content.sha256());
            if (!source.equals(source(file))) {
                throw new AdapterException(Reason.MISSING, "the file is being changed");
            }
            loaded.put(source, fresh);
            return fresh;
        } catch (IOException e) {
            adapter.close();
            throw new AdapterException(Reason.MISSING, e.getClass().getSimpleName());
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    private static Source source(Path file) {
        try {
            return new Source(
                    file.toAbsolutePath().normalize(),
                    Files.size(file),
                    Files.getLastModifiedTime(file).toMillis());
        } catch (IOException e) {
            throw new AdapterException(Reason.MISSING, "there is no readable file");
        }
    }

    private void release(List<Chosen> chosen) {
        chosen.forEach(each -> each.loaded().users--);
        long idle = loaded.values().stream().filter(one -> one.users == 0).count();
        for (Iterator<Loaded> oldest = loaded.values().iterator(); oldest.hasNext() && idle > MOST_IDLE; ) {
            Loaded one = oldest.next();
            if (one.users == 0) {
                oldest.remove();
                unload(one);
                idle--;
            }
        }
    }

    private void unload(Loaded one) {
        if (context != null && context.uses(one.adapter)) {
            context.use(List.of());
        }
        one.adapter.close();
    }

    @Override
    public void close() {
        loaded.values().forEach(this::unload);
        loaded.clear();
    }
}
