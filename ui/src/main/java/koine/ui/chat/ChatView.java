package koine.ui.chat;

import java.util.List;
import javafx.beans.binding.Bindings;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.ListChangeListener;
import javafx.geometry.Insets;
import javafx.geometry.Pos;
import javafx.scene.AccessibleRole;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Subscription;
import koine.app.conversations.ContextNote;
import koine.i18n.Problem;
import koine.ui.language.Texts;
import koine.ui.markdown.Paragraphs;
import koine.ui.shell.Buttons;
import koine.ui.shell.ShellModel;
import koine.ui.theme.Icons;
import koine.ui.theme.Style;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.material2.Material2OutlinedAL;

/** The conversation that is open: its messages in one calm column, the composer below. */
public final class ChatView extends BorderPane {
    /** So many messages are drawn at once; earlier ones on demand. */
    private static final int PAGE = 40;

    /** Beside the column, in pixels; {@code koine.css} gives the messages the same. */
    private static final double SIDE = 28;

    private final ShellModel shell;
    private final Texts texts;
    private final Paragraphs paragraphs;
    private final VBox column = new VBox();
    private final ScrollPane scroll;
    private final KeepPlace place;
    private final Composer composer;
    private final LinkPopover links;
    private final EngineNotices engineNotices;
    private final Hyperlink earlier = new Hyperlink();
    private final ScrollPane emptyScroll;
    private final ListChangeListener<MessageModel> messagesChanged = change -> draw();
    private final ReadOnlyObjectWrapper<ContextMeter.@Nullable Room> room = new ReadOnlyObjectWrapper<>();
    private int firstShown;
    private @Nullable ChatSession shown;
    private Subscription bound = Subscription.EMPTY;
    private ReadOnlyBooleanWrapper newest = new ReadOnlyBooleanWrapper();
    private List<MessageModel> drawn = List.of();

    public ChatView(ShellModel shell) {
        this.shell = shell;
        this.texts = shell.texts();
        this.paragraphs = new Paragraphs(texts);
        this.links = new LinkPopover(texts);
        this.engineNotices = new EngineNotices(texts);

        column.getStyleClass().add(Style.COLUMN);
        column.setMinWidth(0);
        column.setAccessibleRole(AccessibleRole.LIST_VIEW);
        column.accessibleTextProperty().bind(texts.bind("chat.messages"));
        StackPane centred = new StackPane(column);
        centred.getStyleClass().add(Style.MESSAGES);
        centred.setAlignment(Pos.TOP_CENTER);
        centred.setMinWidth(0);
        scroll = new ScrollPane(centred);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        scroll.getStyleClass().add("edge-to-edge");
        place = new KeepPlace(scroll, centred);

        earlier.textProperty().bind(texts.bind("chat.earlier"));
        earlier.setOnAction(event -> {
            firstShown = Math.max(0, firstShown - PAGE);
            redraw();
        });

        Button toNewest =
                Buttons.icon(new Button(), Icons.of(Material2OutlinedAL.ARROW_DOWNWARD), texts.bind("chat.toNewest"));
        toNewest.getStyleClass().add(Style.TO_NEWEST);
        toNewest.setOnAction(event -> place.toEnd());
        toNewest.visibleProperty().bind(place.atEnd().not());
        StackPane.setAlignment(toNewest, Pos.BOTTOM_CENTER);

        EmptyChat empty = new EmptyChat(shell, text -> {
            session().draft().set(text);
            focusComposer();
        });
        emptyScroll = new ScrollPane(empty);
        emptyScroll.setFitToWidth(true);
        emptyScroll.setFitToHeight(true);
        emptyScroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        emptyScroll.getStyleClass().add("edge-to-edge");
        StackPane middle = new StackPane(scroll, emptyScroll, toNewest);
        middle.setMinHeight(0);

        composer = new Composer(
                texts, shell.tasks()::nanoTime, this::send, () -> session().stop());
        composer.offerThinking(shell.thinkingPossible(), shell.thinking());
        Label hint = new Label();
        hint.getStyleClass().add(Style.HINT);
        hint.textProperty().bind(texts.bind("chat.hint"));
        hint.setWrapText(true);
        hint.setMinHeight(Region.USE_PREF_SIZE);
        hint.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(hint, Priority.ALWAYS);
        HBox status = new HBox(16, hint, new ContextMeter(room, texts));
        status.setAlignment(Pos.CENTER);
        VBox bottom = new VBox(problem(), engineNotices, composer, status);
        bottom.getStyleClass().addAll(Style.COLUMN, "bottom");
        bottom.setAlignment(Pos.CENTER);
        StackPane foot = new StackPane(bottom);
        foot.setAlignment(Pos.CENTER);
        // the composer stands under the column, with or without a scroll bar beside it
        foot.paddingProperty()
                .bind(Bindings.createObjectBinding(
                        () -> new Insets(
                                6,
                                SIDE
                                        + scroll.getWidth()
                                        - scroll.getViewportBounds().getWidth(),
                                12,
                                SIDE),
                        scroll.viewportBoundsProperty(),
                        scroll.widthProperty()));

        setCenter(middle);
        setBottom(foot);
        shell.session().subscribe(this::open);
        texts.messages().subscribe((before, now) -> redraw());
    }

    public void focusComposer() {
        composer.area().requestFocus();
        composer.area().end();
    }

    Composer composer() {
        return composer;
    }

    KeepPlace place() {
        return place;
    }

    private ChatSession session() {
        return shell.session().get();
    }

    private void send() {
        place.toEnd();
        shell.send();
    }

    private void open(ChatSession session) {
        bound.unsubscribe();
        if (shown != null) {
            shown.messages().removeListener(messagesChanged);
            composer.area().textProperty().unbindBidirectional(shown.draft());
        }
        shown = session;
        composer.area().textProperty().bindBidirectional(session.draft());
        session.messages().addListener(messagesChanged);
        bound = session.activity().subscribe(activity -> composer.setBusy(activity.busy()));
        bound = bound.and(session.problem().subscribe(this::showProblem));
        bound = bound.and(session.notices().subscribe(engineNotices::show));
        bound = bound.and(session.room().subscribe(room::set));
        bound = bound.and(session.tooLong().note().subscribe((before, now) -> redraw()));
        firstShown = Math.max(0, session.messages().size() - PAGE);
        redraw();
        place.toEnd();
    }

    private void redraw() {
        drawn = List.of();
        column.getChildren().clear();
        draw();
    }

    /** Draws what changed: messages are only ever added at the end or taken from there, or replaced as a whole. */
    private void draw() {
        List<MessageModel> all = session().messages();
        if (drawn.isEmpty()) {
            firstShown = firstShown > 0 ? Math.min(firstShown, all.size()) : Math.max(0, all.size() - PAGE);
        }
        List<MessageModel> wanted = List.copyOf(all.subList(Math.min(firstShown, all.size()), all.size()));
        int same = 0;
        while (same < Math.min(drawn.size(), wanted.size()) && drawn.get(same) == wanted.get(same)) {
            same++;
        }
        boolean more = firstShown > 0;
        List<Node> nodes = column.getChildren();
        if (same == 0) {
            nodes.clear();
            if (more) {
                nodes.add(earlier);
            }
        }
        int kept = same + (more ? 1 : 0);
        nodes.subList(kept, nodes.size()).clear();
        newest.set(false);
        for (MessageModel message : wanted.subList(same, wanted.size())) {
            newest = new ReadOnlyBooleanWrapper(false);
            nodes.add(view(message));
        }
        newest.set(true);
        drawn = wanted;
        emptyScroll.setVisible(all.isEmpty());
        scroll.setVisible(!all.isEmpty());
    }

    private Node view(MessageModel message) {
        Node view = message.fromUser() ? new QuestionView(message, texts, paragraphs) : answer(message);
        ContextNote note = session().tooLong().note().get();
        if (note == null || !message.stored().get().id().equals(note.firstSentId())) {
            return view;
        }
        int before = session().messages().indexOf(message);
        VBox both = new VBox(
                new NotSentLine(
                        before, note.summary(), texts, paragraphs, session().tooLong()::undoNote),
                view);
        both.getStyleClass().add(Style.COLUMN);
        return both;
    }

    private AnswerView answer(MessageModel message) {
        return new AnswerView(
                message,
                texts,
                paragraphs,
                links,
                newest.getReadOnlyProperty(),
                session().activity(),
                shell::retry,
                shell::goOn,
                shell.models(),
                problem -> new OverflowCard(
                        problem,
                        session().tooLong().overflow(),
                        session().tooLong().finding(),
                        session().activity(),
                        texts,
                        new OverflowCard.Ways() {
                            @Override
                            public void dropOldest() {
                                shell.dropOldest();
                            }

                            @Override
                            public void enlarge(int contextTokens) {
                                shell.enlarge(contextTokens);
                            }

                            @Override
                            public void summarize() {
                                shell.summarize();
                            }
                        }));
    }

    private final Label problemLabel = new Label();

    private Region problem() {
        problemLabel.setWrapText(true);
        problemLabel.setMinHeight(Region.USE_PREF_SIZE);
        problemLabel.setMaxWidth(Double.MAX_VALUE);
        problemLabel.setGraphic(Icons.of(Material2OutlinedAL.INFO));
        problemLabel.getStyleClass().add(Style.NOTICE);
        problemLabel.visibleProperty().bind(problemLabel.textProperty().isNotEmpty());
        problemLabel.managedProperty().bind(problemLabel.visibleProperty());
        return problemLabel;
    }

    private void showProblem(@Nullable Problem problem) {
        problemLabel.textProperty().bind(texts.bind(() -> problem == null ? "" : texts.get(problem)));
    }
}
