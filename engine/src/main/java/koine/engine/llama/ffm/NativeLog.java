package koine.engine.llama.ffm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what llama.cpp would print on stderr: errors become warnings, the rest is for debugging. Called from any thread,
 * threads of the pack included. Paths handed to {@link #hide} never reach the log.
 */
final class NativeLog {
    private static final Logger LOG = LoggerFactory.getLogger("koine.engine.llama.native");
    private static final int LEVEL_ERROR = 4;
    private static final int LEVEL_CONTINUE = 5;
    private static final int KEPT_ERRORS = 16;
    private static final int LONGEST_LINE = 4096;

    private static final Pattern LAYERS = Pattern.compile("offloaded (\\d{1,6})/(\\d{1,6}) layers");

    private final StringBuilder line = new StringBuilder();
    private final Deque<String> errors = new ArrayDeque<>();
    private final List<String> hidden = new ArrayList<>();
    private LlamaLibrary.LoadedLayers layers = new LlamaLibrary.LoadedLayers(0, 0);
    private int level;

    synchronized void hide(String text) {
        if (!text.isEmpty() && !hidden.contains(text)) {
            hidden.add(text);
            hidden.sort(Comparator.comparingInt(String::length).reversed()); // one may begin with another
        }
    }

    synchronized List<String> drainErrors() {
        List<String> drained = List.copyOf(errors);
        errors.clear();
        return drained;
    }

    synchronized LlamaLibrary.LoadedLayers layers() {
        return layers;
    }

    synchronized void forgetLayers() {
        layers = new LlamaLibrary.LoadedLayers(0, 0);
    }

    /** A piece of a line, or a line. */
    synchronized void append(int messageLevel, String text) {
        if (messageLevel != LEVEL_CONTINUE) {
            flush();
            level = messageLevel;
        }
        line.append(text);
        if (text.endsWith("\n") || line.length() > LONGEST_LINE) {
            flush();
        }
    }

    private void flush() {
        String text = line.toString().strip();
        line.setLength(0);
        if (text.isEmpty()) {
            return;
        }
        Matcher offloaded = LAYERS.matcher(text);
        if (offloaded.find()) {
            layers = new LlamaLibrary.LoadedLayers(
                    Integer.parseInt(offloaded.group(1)), Integer.parseInt(offloaded.group(2)));
        }
        for (String secret : hidden) {
            text = text.replace(secret, "…");
        }
        if (level == LEVEL_ERROR) {
            if (errors.size() == KEPT_ERRORS) {
                errors.removeFirst();
            }
            errors.addLast(text);
            LOG.warn("{}", text);
        } else {
            LOG.debug("{}", text);
        }
    }
}
