package koine.ui.markdown;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.scene.AccessibleRole;
import javafx.scene.Cursor;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.text.Text;
import koine.i18n.Slant;
import koine.ui.language.Drawable;
import koine.ui.theme.Style;
import org.commonmark.ext.gfm.strikethrough.Strikethrough;
import org.commonmark.node.Code;
import org.commonmark.node.Emphasis;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;

/**
 * The running text of a block as pieces of a TextFlow, in lines: a line break starts a new list, so each line can have
 * its own direction.
 */
final class Inlines {
    private final Links links;
    private final List<List<Text>> lines = new ArrayList<>();

    private Inlines(Links links) {
        this.links = links;
        lines.add(new ArrayList<>());
    }

    static List<List<Text>> of(Node block, Links links) {
        Inlines made = new Inlines(links);
        made.children(block, List.of());
        made.lines.removeIf(List::isEmpty);
        return made.lines;
    }

    static String plain(List<Text> line) {
        StringBuilder plain = new StringBuilder();
        line.forEach(piece -> plain.append(piece.getText()));
        return plain.toString();
    }

    private void children(Node parent, List<String> styles) {
        for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) {
            inline(child, styles);
        }
    }

    private void inline(Node node, List<String> styles) {
        switch (node) {
            case org.commonmark.node.Text text -> add(text.getLiteral(), styles);
            case Code code -> add(code.getLiteral(), with(styles, Style.CODE));
            case HtmlInline html -> add(html.getLiteral(), styles);
            case SoftLineBreak line -> lines.add(new ArrayList<>());
            case HardLineBreak line -> lines.add(new ArrayList<>());
            case StrongEmphasis strong -> children(strong, with(styles, Style.STRONG));
            case Emphasis emphasis -> children(emphasis, with(styles, Style.EMPHASIS));
            case Strikethrough struck -> children(struck, with(styles, Style.STRUCK));
            case Link link -> link(link, link.getDestination(), styles);
            case Image image -> link(image, image.getDestination(), styles);
            default -> children(node, styles);
        }
    }

    /** A link shows where it truly leads: behind its words, unless its words are the address. */
    private void link(Node node, String target, List<String> styles) {
        int firstLine = lines.size() - 1;
        int firstPiece = lines.getLast().size();
        children(node, with(styles, Style.LINK));
        StringBuilder words = new StringBuilder();
        for (int line = firstLine; line < lines.size(); line++) {
            List<Text> pieces = lines.get(line);
            for (Text piece : pieces.subList(line == firstLine ? firstPiece : 0, pieces.size())) {
                words.append(piece.getText());
                clickable(piece, target);
            }
        }
        if (!words.toString().strip().equalsIgnoreCase(target.strip())) {
            Text shown = piece(
                    (words.isEmpty() ? "" : " ") + "(" + shortTarget(target) + ")", with(styles, Style.LINK_TARGET));
            clickable(shown, target);
            lines.getLast().add(shown);
        }
    }

    private void clickable(Text piece, String target) {
        piece.setCursor(Cursor.HAND);
        piece.setFocusTraversable(true);
        piece.setAccessibleRole(AccessibleRole.HYPERLINK);
        piece.setAccessibleText(piece.getText());
        piece.setAccessibleHelp(target);
        piece.setOnMouseClicked(event -> {
            if (event.isStillSincePress()) {
                links.open(piece, target);
            }
        });
        piece.addEventHandler(KeyEvent.KEY_PRESSED, event -> {
            if (event.getCode() == KeyCode.ENTER || event.getCode() == KeyCode.SPACE) {
                links.open(piece, target);
                event.consume();
            }
        });
    }

    /** The host of a web address, which is what a person can judge; anything else whole. */
    private static String shortTarget(String target) {
        try {
            String host = URI.create(target).getHost();
            return host == null ? target : host.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return target;
        }
    }

    private void add(String text, List<String> styles) {
        if (!text.isEmpty()) {
            lines.getLast().add(piece(text, styles));
        }
    }

    private static Text piece(String text, List<String> styles) {
        Text piece = new Text(Drawable.of(text));
        piece.getStyleClass().add(Style.TEXT);
        piece.getStyleClass().addAll(styles);
        if (styles.contains(Style.EMPHASIS) && Slant.suits(text)) {
            piece.getStyleClass().add(Style.SLANTED);
        }
        return piece;
    }

    private static List<String> with(List<String> styles, String more) {
        List<String> all = new ArrayList<>(styles);
        all.add(more);
        return List.copyOf(all);
    }
}
