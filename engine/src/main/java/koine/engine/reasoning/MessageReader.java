package koine.engine.reasoning;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Thoughts and answer in messages with headers. */
final class MessageReader extends LayoutReader {
    private static final String ROLE = "assistant";
    private static final Pattern RECIPIENT = Pattern.compile("\\bto=([^\\s<]+)");
    private static final Set<String> NO_TOOLS = Set.of("user", "self", "all", ROLE);
    private static final int LONGEST_HEADER = 300;

    private final Layout.Messages layout;
    private final List<String> bodies;
    private final List<String> headers;
    private final List<String> ends;
    private boolean inHeader = true;
    private boolean thinking;

    MessageReader(Layout.Messages layout) {
        this.layout = layout;
        this.bodies = layout.bodies().stream().map(Layout.Body::marker).toList();
        this.headers = new ArrayList<>(layout.headers());
        headers.add(layout.begin());
        this.ends = new ArrayList<>(layout.ends());
        ends.add(layout.begin());
    }

    @Override
    void begin(String prompt, String lastMessage) {
        int last = prompt.lastIndexOf(layout.begin() + ROLE);
        if (last >= 0) {
            pending.add(prompt.substring(last + layout.begin().length() + ROLE.length()));
            read(false);
            take();
        }
    }

    @Override
    boolean isThinking() {
        return !inHeader && thinking;
    }

    @Override
    void read(boolean last) {
        while (!pending.isEmpty() && (inHeader ? header(last) : body(last))) {
            // until more text is needed
        }
    }

    private boolean header(boolean last) {
        Pending.Found found = pending.first(bodies);
        String shown = pending.peek().stripLeading();
        boolean complete = headers.stream().anyMatch(shown::startsWith);
        if (!complete || found.at() > LONGEST_HEADER) {
            if (!last && (shown.isEmpty() || pendingMayBeHeader(shown))) {
                return false;
            }
            open(false); // words without a header
            return true;
        }
        if (found.marker() == null) {
            if (last) {
                pending.take(pending.length());
            }
            return false;
        }
        String header = pending.take(found.at() + found.marker().length());
        boolean forTool = isForTool(header);
        boolean always = layout.bodies().stream()
                .anyMatch(b -> b.thinking() && b.marker().equals(found.marker()));
        open(always || (header.contains(layout.thoughts()) && !forTool));
        if (forTool) {
            content.write(header); // whoever knows tools finds it there
        }
        return true;
    }

    private boolean pendingMayBeHeader(String shown) {
        return headers.stream().anyMatch(header -> header.startsWith(shown));
    }

    private static boolean isForTool(String header) {
        Matcher recipient = RECIPIENT.matcher(header);
        return recipient.find() && !NO_TOOLS.contains(recipient.group(1));
    }

    private void open(boolean thoughts) {
        thinking = thoughts;
        inHeader = false;
        (thoughts ? reasoning : content).begin();
    }

    private boolean body(boolean last) {
        Pending.Found found = pending.first(ends);
        String text = pending.take(last && found.marker() == null ? pending.length() : found.at());
        (thinking ? reasoning : content).write(text);
        if (found.marker() == null) {
            return false;
        }
        if (!found.marker().equals(layout.begin())) {
            pending.take(found.marker().length());
        }
        inHeader = true;
        return true;
    }
}
