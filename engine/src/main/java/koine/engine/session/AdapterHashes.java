package koine.engine.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import koine.engine.files.Sha256;
import koine.engine.session.Generator.AdapterContent;
import koine.engine.session.Generator.AdapterUse;
import koine.gguf.AdapterFacts;
import koine.gguf.GgufReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads adapters before the thread that computes needs them, which others would have to wait for. Any thread. */
public final class AdapterHashes {
    private static final Logger LOG = LoggerFactory.getLogger(AdapterHashes.class);
    private static final int MOST = 64;

    private final Map<Path, AdapterContent> known = new LinkedHashMap<>(16, 0.75f, true); // guarded by this

    /** With the contents of their files; those that cannot be read are left as they are. Blocks on the disk. */
    public List<AdapterUse> read(List<AdapterUse> adapters) {
        return adapters.stream().map(this::read).toList();
    }

    private AdapterUse read(AdapterUse adapter) {
        Path file = adapter.file();
        try {
            AdapterContent now = known(file);
            if (now == null || !now.isStill(file)) {
                // a file of another kind is refused for that, however long it is
                if (!Files.isRegularFile(file) || AdapterFacts.of(GgufReader.read(file)) == null) {
                    return adapter;
                }
                now = hash(file);
                remember(file, now);
            }
            return new AdapterUse(file, adapter.scale(), now);
        } catch (IOException e) {
            LOG.info("an adapter was not read ahead: {}", e.getClass().getSimpleName());
            return adapter;
        }
    }

    private synchronized @Nullable AdapterContent known(Path file) {
        return known.get(file);
    }

    private synchronized void remember(Path file, AdapterContent content) {
        known.put(file, content);
        if (known.size() > MOST) {
            known.remove(known.keySet().iterator().next());
        }
    }

    /** As it was before it was read: who changes it meanwhile is noticed. */
    static AdapterContent hash(Path file) throws IOException {
        AdapterContent before = AdapterContent.unread(file);
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), Sha256.fresh())) {
            in.transferTo(OutputStream.nullOutputStream());
            String sha256 = HexFormat.of().formatHex(in.getMessageDigest().digest());
            return new AdapterContent(before.bytes(), before.modifiedMillis(), sha256);
        }
    }
}
