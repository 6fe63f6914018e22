package koine.engine.reasoning;

import java.util.ArrayList;
import java.util.List;
import koine.engine.reasoning.Layout.Wrapper;
import org.jspecify.annotations.Nullable;

/** Thoughts between tags, then the answer. */
final class TagReader extends LayoutReader {
    private enum Place {
        START,
        /** Just after the opening tag, which some models repeat after a prompt that ends with it. */
        OPENED,
        THOUGHTS,
        /** Between thoughts and answer. */
        AFTER,
        ANSWER
    }

    private final Layout.Tags tags;
    /** What may stand before thoughts and answer. */
    private final List<String> openings = new ArrayList<>();
    /** What ends thoughts. */
    private final List<String> closings = new ArrayList<>();

    private Place place = Place.START;
    private @Nullable Wrapper wrapper;

    TagReader(Layout.Tags tags) {
        this.tags = tags;
        openings.add(tags.open());
        openings.add(tags.close());
        closings.add(tags.close());
        for (Wrapper each : tags.wrappers()) {
            if (!each.open().isEmpty()) {
                openings.add(each.open());
            }
            if (each.open().startsWith("<|")) {
                closings.add(each.open()); // no text of a model looks like this: it went on without closing
            }
        }
    }

    @Override
    void begin(String prompt, String lastMessage) {
        String end = prompt.stripTrailing();
        for (String marker : openings) {
            if (end.endsWith(marker) && !isTyped(end, marker, lastMessage)) {
                passed(marker);
                return;
            }
        }
    }

    /** Whether the tag at the prompt's end is the person's, because the template adds nothing to the last message. */
    private static boolean isTyped(String prompt, String marker, String lastMessage) {
        String typed = lastMessage.strip();
        return typed.endsWith(marker)
                && prompt.endsWith(typed)
                && !prompt.substring(0, prompt.length() - typed.length()).contains(typed);
    }

    @Override
    boolean isThinking() {
        return place == Place.OPENED || place == Place.THOUGHTS;
    }

    @Override
    void read(boolean last) {
        while (!pending.isEmpty() && step(last)) {
            // until more text is needed
        }
    }

    private boolean step(boolean last) {
        return switch (place) {
            case START -> before(openings, last);
            case AFTER -> before(tags.again() ? openings : openings.subList(1, openings.size()), last);
            case OPENED -> opened(last);
            case THOUGHTS -> thoughts(last);
            case ANSWER -> answer(last);
        };
    }

    private boolean before(List<String> markers, boolean last) {
        pending.dropSpace();
        if (pending.isEmpty()) {
            return false;
        }
        String marker = pending.startsWith(markers);
        if (marker != null) {
            pending.take(marker.length());
            passed(marker);
            return true;
        }
        if (!last && pending.mayBecome(markers)) {
            return false;
        }
        if (place == Place.AFTER) {
            tags.wrappers().stream().filter(w -> w.open().isEmpty()).findFirst().ifPresent(this::wrap);
        }
        place = Place.ANSWER;
        return true;
    }

    private void passed(String marker) {
        if (marker.equals(tags.open())) {
            reasoning.begin();
            place = Place.OPENED;
        } else if (marker.equals(tags.close())) {
            content.begin();
            place = Place.AFTER;
        } else {
            tags.wrappers().stream()
                    .filter(w -> w.open().equals(marker))
                    .findFirst()
                    .ifPresent(this::wrap);
            content.begin();
            place = Place.ANSWER;
        }
    }

    private void wrap(Wrapper around) {
        wrapper = around;
        content.trimEnd();
    }

    private boolean opened(boolean last) {
        pending.dropSpace();
        if (pending.isEmpty()) {
            return false;
        }
        List<String> open = List.of(tags.open());
        if (pending.startsWith(open) != null) {
            pending.take(tags.open().length());
        } else if (!last && pending.mayBecome(open)) {
            return false;
        }
        place = Place.THOUGHTS;
        return true;
    }

    private boolean thoughts(boolean last) {
        Pending.Found found = pending.first(closings);
        boolean closed = found.marker() != null;
        reasoning.write(pending.take(last && !closed ? pending.length() : found.at()));
        if (found.marker() != null) {
            pending.take(found.marker().length());
            passed(found.marker());
        }
        return closed;
    }

    private boolean answer(boolean last) {
        List<String> markers = new ArrayList<>();
        if (wrapper != null) {
            markers.add(wrapper.close());
        }
        if (tags.again()) {
            markers.add(tags.open());
            markers.add(tags.close());
        }
        Pending.Found found = pending.first(markers);
        content.write(pending.take(last && found.marker() == null ? pending.length() : found.at()));
        if (found.marker() == null) {
            return false;
        }
        pending.take(found.marker().length());
        if (wrapper != null && found.marker().equals(wrapper.close())) {
            String after = wrapper.after();
            wrapper = after.isEmpty() ? null : new Wrapper("", after);
        } else {
            passed(found.marker());
        }
        return true;
    }
}
