package koine.app.cli;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
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

    private record Shown(String id, String title, @Nullable String system, List<ShownMessage> messages) {}

    private record ShownMessage(
            String id,
            @Nullable String parentId,
            String role,
            String content,
            @Nullable String model,
            @Nullable String language,
            String state,
            Instant createdAt,
            Message.@Nullable Timings timings) {}

    @Command(name = "list", description = "cli.conversations.list.about")
    int list(@Option(names = "--json", description = "cli.option.json") boolean json) {
        ConversationStore store = context.assistant().conversations();
        List<Conversation> all = store.list();
        return context.print(json, () -> all.stream().map(c -> line(store, c)).toList(), m -> table(m, all));
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
        return context.print(false, () -> found, m -> transcript(m, found, store.messages(id)));
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
                store.allMessages(c.id()).stream()
                        .map(m -> new ShownMessage(
                                m.id(),
                                m.parentId(),
                                m.role(),
                                m.content(),
                                m.model(),
                                m.language(),
                                name(m.state()),
                                m.createdAt(),
                                m.timings()))
                        .toList());
    }

    private String table(Messages m, List<Conversation> all) {
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
                        m.text("cli.column.title"));
        for (Conversation c : all) {
            table.row(c.id(), formats.when(c.updatedAt(), now), formats.number(c.messageCount()), c.title());
        }
        return table.toString();
    }

    private String transcript(Messages m, Conversation conversation, List<Message> messages) {
        Formats formats = context.formats();
        StringBuilder text = new StringBuilder(SafeText.line(conversation.title())).append("\n");
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
                    .append(SafeText.of(message.content()))
                    .append('\n');
        }
        return text.toString();
    }

    private static String name(MessageState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
