package koine.ui.markdown;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javafx.geometry.NodeOrientation;
import javafx.scene.AccessibleRole;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.Scene;
import javafx.scene.text.Text;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.testing.Fx;
import koine.ui.testing.SampleProfile;
import koine.ui.theme.Look;
import koine.ui.theme.Style;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MarkdownViewTest {
    private final List<String> opened = new ArrayList<>();

    @BeforeAll
    static void toolkit() throws Exception {
        Fx.start();
    }

    private void draw(String markdown, int width, Consumer<MarkdownView> look) throws Exception {
        Fx.run(() -> {
            Texts texts = new Texts(UiLanguage.ENGLISH, ZoneOffset.UTC);
            MarkdownView view = new MarkdownView(new Paragraphs(texts), (at, target) -> opened.add(target));
            Scene scene = new Scene(view, width, 600);
            Look.apply(scene, false);
            view.markdown().set(markdown);
            lay(view);
            look.accept(view);
        });
    }

    private static void lay(Parent view) {
        for (int pass = 0; pass < 3; pass++) {
            view.applyCss();
            view.layout();
        }
    }

    private static <T extends Node> List<T> all(Node under, Class<T> type) {
        List<T> found = new ArrayList<>();
        if (type.isInstance(under)) {
            found.add(type.cast(under));
        }
        if (under instanceof Parent parent) {
            parent.getChildrenUnmodifiable().forEach(child -> found.addAll(all(child, type)));
        }
        return found;
    }

    private static SelectableFlow flow(Node under, String beginning) {
        return all(under, SelectableFlow.class).stream()
                .filter(one -> one.text().startsWith(beginning))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyParagraphItemAndCellRunsInTheDirectionOfItsFirstStrongLetter() throws Exception {
        draw(SampleProfile.MIXED, 700, view -> {
            assertEquals(NodeOrientation.LEFT_TO_RIGHT, flow(view, "English").getEffectiveNodeOrientation());
            assertEquals(
                    NodeOrientation.RIGHT_TO_LEFT, flow(view, "العربية: صباح").getEffectiveNodeOrientation());
            assertEquals(NodeOrientation.LEFT_TO_RIGHT, flow(view, "हिन्दी").getEffectiveNodeOrientation());
            assertEquals(NodeOrientation.LEFT_TO_RIGHT, flow(view, "日本語").getEffectiveNodeOrientation());
            assertEquals(NodeOrientation.RIGHT_TO_LEFT, flow(view, "تُكتب").getEffectiveNodeOrientation());
            assertEquals(NodeOrientation.RIGHT_TO_LEFT, flow(view, "سلام").getEffectiveNodeOrientation());
            assertEquals(NodeOrientation.LEFT_TO_RIGHT, flow(view, "नमस्ते").getEffectiveNodeOrientation());
        });
    }

    @Test
    void linesOfDifferentDirectionInOneParagraphStandEachInTheirOwn() throws Exception {
        draw("Good morning\nصباح الخير", 700, view -> {
            assertEquals(NodeOrientation.LEFT_TO_RIGHT, flow(view, "Good").getEffectiveNodeOrientation());
            assertEquals(NodeOrientation.RIGHT_TO_LEFT, flow(view, "صباح").getEffectiveNodeOrientation());
        });
    }

    @Test
    void codeRunsFromLeftToRightInAMirroredWindow() throws Exception {
        draw("```python\n# مرحبا\nprint(1)\n```", 700, view -> {
            view.setNodeOrientation(NodeOrientation.RIGHT_TO_LEFT);
            assertEquals(NodeOrientation.LEFT_TO_RIGHT, flow(view, "# مرحبا").getEffectiveNodeOrientation());
        });
    }

    @Test
    void onlyTheChangedTailOfAGrowingTextIsDrawnAnew() throws Exception {
        draw("# Title\n\nFirst paragraph.\n\nSecond par", 700, view -> {
            List<Node> before = List.copyOf(view.getChildren());
            view.markdown().set("# Title\n\nFirst paragraph.\n\nSecond paragraph.\n\n- one");
            assertEquals(4, view.getChildren().size());
            assertSame(before.get(0), view.getChildren().get(0));
            assertSame(before.get(1), view.getChildren().get(1));
            assertEquals("Second paragraph.", flow(view, "Second").text());
        });
    }

    @Test
    void theLinesOfAGrowingParagraphThatStayTheSameAreKept() throws Exception {
        draw("one\ntwo\nthr", 700, view -> {
            SelectableFlow two = flow(view, "two");
            view.markdown().set("one\ntwo\nthree\nfour");
            assertSame(two, flow(view, "two"));
            assertEquals(4, all(view, SelectableFlow.class).size());
            view.markdown().set("one\n**two**\nthree\nfour");
            assertNotSame(two, flow(view, "two"));
        });
    }

    @Test
    void aLinkShowsItsTrueTargetAndOpensNothingByItself() throws Exception {
        draw("See [your bank](https://evil.example/login) now", 700, view -> {
            assertEquals("See your bank (evil.example) now", flow(view, "See").text());
            Text link = all(view, Text.class).stream()
                    .filter(piece -> piece.getText().equals("your bank"))
                    .findFirst()
                    .orElseThrow();
            assertEquals(AccessibleRole.HYPERLINK, link.getAccessibleRole());
            assertEquals("https://evil.example/login", link.getAccessibleHelp());
            assertTrue(link.isFocusTraversable());
            assertTrue(opened.isEmpty());
        });
    }

    @Test
    void anImageIsNeverLoadedButNamed() throws Exception {
        draw("![a cat](https://tracker.example/cat.png)", 700, view -> {
            assertTrue(all(view, javafx.scene.image.ImageView.class).isEmpty());
            assertEquals("a cat (tracker.example)", flow(view, "a cat").text());
        });
    }

    @Test
    void markupIsShownAsStylesAndNotAsItsSigns() throws Exception {
        draw("**bold** *slanted* ~~gone~~ `code` <b>html</b>", 700, view -> {
            assertEquals(
                    "bold slanted gone code <b>html</b>", flow(view, "bold").text());
            List<Text> pieces = all(view, Text.class);
            assertTrue(pieces.get(0).getStyleClass().contains(Style.STRONG));
            assertTrue(pieces.get(2).getStyleClass().contains(Style.SLANTED));
            assertTrue(pieces.get(4).isStrikethrough());
        });
    }

    @Test
    void arabicEmphasisIsNeverSlanted() throws Exception {
        draw("*مهم جدا*", 700, view -> {
            Text piece = all(view, Text.class).getFirst();
            assertFalse(piece.getStyleClass().contains(Style.SLANTED));
            assertTrue(piece.getStyleClass().contains(Style.EMPHASIS));
        });
    }

    @Test
    void wideTablesCodeAndWordsNeverWidenTheWindow() throws Exception {
        String table = "|" + " column |".repeat(14) + "\n|" + "---|".repeat(14) + "\n|" + " some cell |".repeat(14);
        String wide = "```\n" + "x".repeat(600) + "\n```\n\n" + table + "\n\n" + "w".repeat(900);
        draw(wide, 400, view -> {
            assertEquals(400, view.getWidth());
            for (Node block : view.getChildren()) {
                assertTrue(block.getLayoutBounds().getWidth() <= 400, block + " is wider than the window");
            }
        });
    }

    @Test
    void textOfAnyDirectionCanBeSelected() throws Exception {
        draw("First paragraph.\n\nتُكتب العربية من اليمين.", 300, view -> {
            SelectableFlow arabic = flow(view, "تُكتب");
            arabic.select(0, 5);
            assertEquals("تُكتب", arabic.selectedText());
            var shade = arabic.lookup("." + Style.SELECTION).getBoundsInParent();
            assertTrue(shade.getWidth() > 10 && shade.getMaxX() <= arabic.getWidth() + 1, shade.toString());
            SelectableFlow english = flow(view, "First");
            english.selectAll();
            assertEquals("First paragraph.", english.selectedText());
        });
    }

    @Test
    void halfWrittenMarkupIsDrawnAtEveryLength() throws Exception {
        draw("", 500, view -> {
            for (int length = 0; length <= SampleProfile.MIXED.length(); length++) {
                view.markdown().set(SampleProfile.MIXED.substring(0, length));
                if (length % 40 == 0) {
                    lay(view);
                }
            }
            lay(view);
            assertEquals(8, view.getChildren().size());
        });
    }
}
