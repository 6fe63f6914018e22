package koine.app.cli;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.app.conversations.Layer;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.i18n.Formats;
import koine.i18n.Messages;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The conversations of the profile. */
@Command(name = "conversations", description = "cli.conversations.about")
final class ConversationsCommand {
    private final CliContext context;

    ConversationsCommand(CliContext context) {
        this.context = context;
    }

    private record Line(
            String id,
            String title,
            int messageCount,
            Instant updatedAt,
            @Nullable String state) {}

    private record Shown(
            String id,
            String title,
            @Nullable String system,
            @Nullable Integer contextTokens,
            @Nullable ShownNote contextNote,
            List<Layer> layers,
            List<ShownMessage> messages) {}

    private record ShownNote(String firstSentId, @Nullable String summary) {}

    private record ShownMessage(
            String id,
            @Nullable String parentId,
            String role,
            String content,
            @Nullable String reasoning,
            @Nullable Long reasoningMillis,
            @Nullable String model,
            @Nullable String language,
            String state,
            @Nullable String finish,
            Instant createdAt,
            Message.@Nullable Timings timings,
            @Nullable Integer contextTokens,
            @Nullable List<Layer> layers) {
        static ShownMessage of(Message m) {
            Message.Reasoning reasoning = m.reasoning();
            Message.Ending ending = m.ending();
            return new ShownMessage(
                    m.id(),
                    m.parentId(),
                    m.role(),
                    m.content(),
                    reasoning == null ? null : reasoning.text(),
                    reasoning == null ? null : reasoning.millis(),
                    m.model(),
                    m.language(),
                    name(m.state()),
                    ending == null ? null : ending.finish(),
                    m.createdAt(),
                    m.timings(),
                    ending == null || ending.contextTokens() == 0 ? null : ending.contextTokens(),
                    m.layers());
        }
    }

    @Command(name = "list", description = "cli.conversations.list.about")
    int list(@Option(names = "--json", description = "cli.option.json") boolean json) {
        ConversationStore store = context.assistant().conversations();
        List<Conversation> all = store.list();
        return context.print(json, () -> all.stream().map(c -> line(store, c)).toList(), m -> table(m, store, all));
    }

    @Command(name = "show", description = "cli.conversations.show.about")
    int show(
            @Parameters(paramLabel = "ID", description = "cli.conversations.id") String id,
            @Option(names = "--json", description = "cli.option.json") boolean json)
            throws Problem {
        ConversationStore store = context.assistant().conversations();
        Conversation found = store.find(id).orElseThrow(() -> CliContext.noSuchConversation(id));
        if (json) {
            return context.print(true, () -> shown(store, found), m -> "");
        }
        return context.print(false, () -> found, m -> transcript(m, found, store.layers(id), store.messages(id)));
    }

    private static Line line(ConversationStore store, Conversation c) {
        List<Message> messages = store.messages(c.id());
        return new Line(
                c.id(),
                c.title(),
                c.messageCount(),
                c.updatedAt(),
                messages.isEmpty() ? null : name(messages.getLast().state()));
    }

    private static Shown shown(ConversationStore store, Conversation c) {
        return new Shown(
                c.id(),
                c.title(),
                store.systemPrompt(c.id()).orElse(null),
                store.contextTokens(c.id()) == 0 ? null : store.contextTokens(c.id()),
                store.contextNote(c.id())
                        .map(note -> new ShownNote(note.firstSentId(), note.summary()))
                        .orElse(null),
                store.layers(c.id()),
                store.allMessages(c.id()).stream().map(ShownMessage::of).toList());
    }

    private String table(Messages m, ConversationStore store, List<Conversation> all) {
        if (all.isEmpty()) {
            return m.text("cli.conversations.none") + "\n";
        }
        Formats formats = context.formats();
        Instant now = Instant.now();
        Table table = new Table()
                .row(
                        m.text("cli.column.id"),
                        m.text("cli.column.updated"),
                        m.text("cli.column.messages"),
                        m.text("cli.column.state"),
                        m.text("cli.column.title"));
        for (Conversation c : all) {
            table.row(
                    c.id(),
                    formats.when(c.updatedAt(), now),
                    formats.number(c.messageCount()),
                    state(m, store.messages(c.id())),
                    c.title());
        }
        return table.toString();
    }

    /** How the newest answer stands; nothing when all is well. */
    private static String state(Messages m, List<Message> messages) {
        return messages.isEmpty()
                ? ""
                : switch (messages.getLast().state()) {
                    case COMPLETE -> "";
                    case INTERRUPTED -> m.text("cli.conversations.interrupted");
                    case FAILED -> m.text("cli.conversations.failed");
                    case STREAMING -> m.text("cli.conversations.streaming");
                };
    }

    private String transcript(Messages m, Conversation conversation, List<Layer> layers, List<Message> messages) {
        Formats formats = context.formats();
        StringBuilder text = new StringBuilder(SafeText.line(conversation.title())).append("\n");
        text.append(with(m, formats, layers));
        for (Message message : messages) {
            String who = message.role().equals("user")
                    ? m.text("cli.show.you", Map.of("time", formats.dateTime(message.createdAt())))
                    : m.text(
                            "cli.show.model",
                            Map.of(
                                    "model",
                                    String.valueOf(message.model()),
                                    "time",
                                    formats.dateTime(message.createdAt()),
                                    "state",
                                    name(message.state())));
            text.append('\n')
                    .append(who)
                    .append('\n')
                    .append(message.layers() == null ? "" : with(m, formats, message.layers()))
                    .append(SafeText.of(message.content()))
                    .append('\n');
        }
        return text.toString();
    }

    private static String with(Messages m, Formats formats, List<Layer> layers) {
        StringBuilder text = new StringBuilder();
        for (Layer layer : layers) {
            text.append(m.text(
                            "cli.show.with-layer",
                            Map.of(
                                    "layer", SafeText.line(layer.name()),
                                    "strength", formats.percent(layer.scale()))))
                    .append('\n');
        }
        return text.toString();
    }

    private static String name(MessageState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
