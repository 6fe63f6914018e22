import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javafx.application.Platform;
import javafx.collections.ListChangeListener;
import javafx.collections.SetChangeListener;
import javafx.css.PseudoClass;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.Button;
import javafx.scene.control.Labeled;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.stage.Window;
import koine.ui.Launcher;
import koine.ui.markdown.MarkdownView;
import koine.ui.tasks.Toolkit;

/**
 * The program with its real window, and hands at it: each line of standard input is typed and sent with Enter. Standard
 * output gets a line for the open window and for each answer: "answer" and its length, or "notice" and what the window says
 * instead. At the end of the input the window is closed.
 */
final class WindowHands {
    private static final PseudoClass BUSY = PseudoClass.getPseudoClass("busy");
    private static final long MOST_SECONDS = 300;

    private WindowHands() {}

    public static void main(String[] arguments) {
        Thread.ofPlatform().daemon().name("hands").start(() -> {
            try {
                work();
            } catch (Exception e) {
                System.out.println("notice " + e);
                Runtime.getRuntime().halt(1);
            }
        });
        Launcher.main(arguments);
    }

    private static void work() throws Exception {
        Window window = window();
        Toolkit.call(() -> {
            for (Node start : window.getScene().getRoot().lookupAll(".koine-welcome .koine-primary-button")) {
                ((Button) start).fire();
            }
            return true;
        });
        System.out.println("open");
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(answer(window, line));
        }
        Toolkit.call(() -> {
            window.hide();
            return true;
        });
    }

    private static Window window() throws Exception {
        // the program starts the toolkit; whoever finds it running is told when the window is there
        CompletableFuture<Window> shown = new CompletableFuture<>();
        Runnable watch = () -> {
            Window.getWindows().addListener((ListChangeListener<Window>)
                    change -> Window.getWindows().forEach(shown::complete));
            Window.getWindows().forEach(shown::complete);
        };
        for (boolean watching = false; !watching; ) {
            try {
                Platform.runLater(watch);
                watching = true;
            } catch (IllegalStateException toolkitNotStarted) {
                Thread.sleep(20);
            }
        }
        return shown.get(MOST_SECONDS, TimeUnit.SECONDS);
    }

    private static String answer(Window window, String question) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Parent root = window.getScene().getRoot();
        Toolkit.call(() -> {
            Node send = root.lookup(".koine-send");
            send.getPseudoClassStates().addListener((SetChangeListener<PseudoClass>) change -> {
                if (BUSY.equals(change.getElementAdded())) {
                    begun.countDown();
                } else if (BUSY.equals(change.getElementRemoved()) && begun.getCount() == 0) {
                    ended.countDown();
                }
            });
            TextArea area = (TextArea) root.lookup(".koine-composer-text");
            area.setText(question);
            area.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.ENTER, false, false, false, false));
            return true;
        });
        if (!ended.await(MOST_SECONDS, TimeUnit.SECONDS)) {
            throw new TimeoutException("no answer in " + MOST_SECONDS + " seconds");
        }
        return Toolkit.call(() -> said(root));
    }

    /** How long the last answer is, unless the window says that something went wrong with it. */
    private static String said(Parent root) {
        List<Node> answers = new ArrayList<>(root.lookupAll(".koine-answer"));
        if (answers.isEmpty()) {
            return "notice no answer is on the screen";
        }
        Node last = answers.getLast();
        for (Node notice : last.lookupAll(".koine-notice")) {
            if (notice.isVisible() && notice instanceof Labeled label) {
                return "notice " + label.getText().replace('\n', ' ');
            }
        }
        for (Node text : last.lookupAll(".koine-markdown")) {
            if (text instanceof MarkdownView body && body.isVisible() && !body.markdown().get().isBlank()) {
                return "answer " + body.markdown().get().length();
            }
        }
        return "notice the answer is empty";
    }
}
