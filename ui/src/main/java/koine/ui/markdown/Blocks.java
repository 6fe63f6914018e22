package koine.ui.markdown;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.AccessibleRole;
import javafx.scene.control.Separator;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import koine.i18n.TextDirection;
import koine.ui.language.Texts;
import koine.ui.theme.Style;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.ListBlock;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.ThematicBreak;
import org.jspecify.annotations.Nullable;

/** Draws one block of a Markdown text. */
final class Blocks {
    private final Paragraphs paragraphs;
    private final Links links;

    Blocks(Paragraphs paragraphs, Links links) {
        this.paragraphs = paragraphs;
        this.links = links;
    }

    Region draw(Node block) {
        return switch (block) {
            case Heading heading -> lines(heading, Style.HEADING + Math.min(3, heading.getLevel()));
            case FencedCodeBlock code -> new CodeBlock(paragraphs, code.getLiteral(), code.getInfo());
            case IndentedCodeBlock code -> new CodeBlock(paragraphs, code.getLiteral(), "");
            case HtmlBlock html -> new CodeBlock(paragraphs, html.getLiteral(), "html");
            case ListBlock list -> list(list);
            case BlockQuote quote -> quote(quote);
            case ThematicBreak rule -> rule();
            case TableBlock table -> table(table);
            default -> lines(block, null);
        };
    }

    /** Draws a block into the nodes of its former state where that saves work, else anew. */
    Region draw(Node block, Region former) {
        return block instanceof Paragraph && former instanceof Lines lines
                ? lines.show(Inlines.of(block, links))
                : draw(block);
    }

    private Region lines(Node block, @Nullable String style) {
        return new Lines(paragraphs, style).show(Inlines.of(block, links));
    }

    private VBox column(Node parent) {
        VBox column = new VBox();
        column.getStyleClass().add(Style.MARKDOWN);
        column.setMinWidth(0);
        for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) {
            column.getChildren().add(draw(child));
        }
        return column;
    }

    private Region list(ListBlock list) {
        VBox rows = new VBox();
        rows.getStyleClass().addAll(Style.MARKDOWN, list.isTight() ? "tight" : "loose");
        rows.setMinWidth(0);
        rows.setAccessibleRole(AccessibleRole.LIST_VIEW);
        Integer start = list instanceof OrderedList ordered ? ordered.getMarkerStartNumber() : null;
        int number = start == null ? 1 : start;
        for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
            ListRow row = new ListRow(list instanceof OrderedList ? number++ + "." : "•", column(item));
            row.setNodeOrientation(Texts.orientation(direction(item)));
            rows.getChildren().add(row);
        }
        return rows;
    }

    private Region quote(BlockQuote quote) {
        VBox box = column(quote);
        box.getStyleClass().add(Style.QUOTE);
        box.setNodeOrientation(Texts.orientation(direction(quote)));
        return box;
    }

    private static Region rule() {
        Separator line = new Separator();
        line.getStyleClass().add(Style.RULE);
        return line;
    }

    private Region table(TableBlock table) {
        TableGrid grid = new TableGrid();
        grid.getStyleClass().add(Style.TABLE);
        grid.setAccessibleRole(AccessibleRole.TABLE_VIEW);
        grid.setNodeOrientation(Texts.orientation(direction(table)));
        for (Node part = table.getFirstChild(); part != null; part = part.getNext()) {
            for (Node line = part.getFirstChild(); line != null; line = line.getNext()) {
                if (line instanceof TableRow) {
                    grid.addRow(row(line, part.getNext() == null && line.getNext() == null));
                }
            }
        }
        return new WideBlock(grid);
    }

    private List<Region> row(Node line, boolean last) {
        List<Region> cells = new ArrayList<>();
        for (Node cell = line.getFirstChild(); cell != null; cell = cell.getNext()) {
            boolean head = cell instanceof TableCell known && known.isHeader();
            VBox box = new VBox(lines(cell, head ? Style.TABLE_HEAD : null));
            box.getStyleClass().add(Style.TABLE_CELL);
            box.getStyleClass().add(head ? "head" : last ? "last" : "body");
            box.setAccessibleRole(AccessibleRole.TABLE_CELL);
            cells.add(box);
        }
        return cells;
    }

    private TextDirection direction(Node container) {
        StringBuilder text = new StringBuilder();
        gather(container, text);
        return paragraphs.direction(text);
    }

    private static void gather(Node node, StringBuilder into) {
        if (node instanceof org.commonmark.node.Text text) {
            into.append(text.getLiteral());
        }
        for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
            gather(child, into);
        }
    }
}
