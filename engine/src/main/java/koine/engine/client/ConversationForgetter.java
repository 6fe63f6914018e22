package koine.engine.client;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import koine.engine.process.BrokerFile;
import koine.engine.session.SnapshotFolder;
import koine.net.LoopbackClient;
import koine.net.LoopbackResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes engines forget what they have read of a conversation: what running ones hold in memory and would write to disk
 * later, then what lies on disk. Any thread; blocks for at most some seconds an engine that does not answer.
 */
public final class ConversationForgetter {
    private static final Logger LOG = LoggerFactory.getLogger(ConversationForgetter.class);
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final Duration NEW = Duration.ofMinutes(1);
    private static final String SNAPSHOTS = "snapshots";

    private final Path runtimeFolder;

    /** @param runtimeFolder of the broker files; snapshots lie in {@code snapshots} in it */
    public ConversationForgetter(Path runtimeFolder) {
        this.runtimeFolder = runtimeFolder;
    }

    /**
     * @param conversationId the requests' cache key
     * @return false when something may be left; the next try may succeed
     */
    public boolean forget(String conversationId) {
        boolean all = true;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(runtimeFolder, "*.json")) {
            for (Path file : files) {
                all &= forgottenByEngine(file, conversationId);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return true; // no engine has ever run
        } catch (IOException e) {
            LOG.warn("the running engines could not be listed: {}", e.getClass().getSimpleName());
            all = false;
        }
        try { // after the engines, which could write it anew
            new SnapshotFolder(runtimeFolder.resolve(SNAPSHOTS)).forget(conversationId);
        } catch (IOException e) {
            LOG.warn("a snapshot could not be deleted: {}", e.getClass().getSimpleName());
            all = false;
        }
        return all;
    }

    /** Whether there is anything on disk to sweep. */
    public boolean hasSnapshots() {
        return Files.isDirectory(runtimeFolder.resolve(SNAPSHOTS));
    }

    /**
     * Deletes what lies on disk of all other conversations: what an engine that hung, or a program that was killed, left
     * of deleted ones. What was written in the last minute stays until the next time, as its conversation may be new.
     *
     * @param conversationIds of all that are kept, listed just now
     * @return false when something may be left; the next try may succeed
     */
    public boolean sweep(Set<String> conversationIds) {
        try {
            new SnapshotFolder(runtimeFolder.resolve(SNAPSHOTS))
                    .sweep(conversationIds, Instant.now().minus(NEW));
            return true;
        } catch (IOException e) {
            LOG.warn("a snapshot could not be deleted: {}", e.getClass().getSimpleName());
            return false;
        }
    }

    private static boolean forgottenByEngine(Path file, String conversationId) throws IOException {
        BrokerFile engine = BrokerFile.read(file);
        if (engine == null || !engine.plausible()) {
            return true;
        }
        LoopbackClient client = new LoopbackClient(engine.address(), CONNECT, ANSWER);
        String path = "/koine/conversations/" + URLEncoder.encode(conversationId, StandardCharsets.UTF_8);
        try (LoopbackResponse response =
                client.send("DELETE", path, Map.of("Authorization", "Bearer " + engine.token()), null)) {
            if (response.status() < 300 || response.status() == 404) {
                return true;
            }
            LOG.warn("an engine did not forget a conversation: status {}", response.status());
        } catch (IOException e) {
            if (!engine.plausible()) {
                return true; // it ended meanwhile, and its memory with it
            }
            LOG.warn("an engine did not forget a conversation: {}", e.getClass().getSimpleName());
        }
        return false;
    }
}
