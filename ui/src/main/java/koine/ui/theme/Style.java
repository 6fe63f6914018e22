package koine.ui.theme;

/** Style classes of {@code koine.css}. */
public final class Style {
    public static final String WINDOW = "koine-window";
    public static final String OVERLAY = "koine-overlay";
    public static final String LAYERS = "koine-layers";
    public static final String VEIL = "koine-veil";
    public static final String SIDEBAR = "koine-sidebar";
    public static final String TOP_BAR = "koine-top-bar";
    public static final String BRAND = "koine-brand";
    public static final String NEW_CONVERSATION = "koine-new-conversation";
    public static final String CONVERSATIONS = "koine-conversations";
    public static final String CONVERSATION = "koine-conversation";
    public static final String DAY = "koine-day";
    public static final String QUIET_BUTTON = "koine-quiet-button";
    public static final String ICON_BUTTON = "koine-icon-button";
    public static final String PRIMARY_BUTTON = "koine-primary-button";
    public static final String MODEL = "koine-model";
    public static final String UNDO = "koine-undo";
    public static final String SEARCH = "koine-search";

    public static final String MESSAGES = "koine-messages";
    public static final String COLUMN = "koine-column";
    public static final String QUESTION = "koine-question";
    public static final String ANSWER = "koine-answer";
    public static final String MESSAGE_META = "koine-message-meta";
    public static final String NOTICES = "koine-notices";
    public static final String NOTICE = "koine-notice";
    public static final String QUIET_NOTICE = "koine-quiet-notice";
    public static final String PROGRESS = "koine-progress";
    public static final String THINKING = "koine-thinking";
    public static final String FOLD = "koine-fold";
    public static final String THOUGHTS = "koine-thoughts";
    public static final String OVERFLOW = "koine-overflow";
    public static final String WAY = "koine-way";
    public static final String NOT_SENT = "koine-not-sent";
    public static final String METER = "koine-meter";
    public static final String THINK = "koine-think";
    public static final String CONTINUE = "koine-continue";
    public static final String TO_NEWEST = "koine-to-newest";
    public static final String COMPOSER = "koine-composer";
    public static final String COMPOSER_TEXT = "koine-composer-text";
    public static final String SEND = "koine-send";
    public static final String HINT = "koine-hint";
    public static final String EMPTY = "koine-empty";
    public static final String SUGGESTION = "koine-suggestion";

    public static final String PAGE = "koine-page";
    public static final String PAGE_TITLE = "koine-page-title";
    public static final String LEAD = "koine-lead";
    public static final String CARD = "koine-card";
    public static final String CARD_TITLE = "koine-card-title";
    public static final String LANGUAGE_CHOICE = "koine-language-choice";
    public static final String BADGE = "koine-badge";
    public static final String SETTING = "koine-setting";
    public static final String SETTING_NAME = "koine-setting-name";
    public static final String MUTED = "koine-muted";
    public static final String PATH = "koine-path";

    public static final String MARKDOWN = "koine-markdown";
    public static final String PARAGRAPH = "koine-paragraph";
    public static final String SELECTION = "koine-selection";
    public static final String HEADING = "koine-heading-";
    public static final String LIST_MARKER = "koine-list-marker";
    public static final String QUOTE = "koine-quote";
    public static final String RULE = "koine-rule";
    public static final String CODE_BLOCK = "koine-code-block";
    public static final String CODE_HEAD = "koine-code-head";
    public static final String CODE = "koine-code";
    public static final String TABLE = "koine-table";
    public static final String TABLE_HEAD = "koine-table-head";
    public static final String TABLE_CELL = "koine-table-cell";
    public static final String TEXT = "koine-text";
    public static final String STRONG = "koine-strong";
    public static final String EMPHASIS = "koine-emphasis";
    public static final String SLANTED = "koine-slanted";
    public static final String STRUCK = "koine-struck";
    public static final String LINK = "koine-link";
    public static final String LINK_TARGET = "koine-link-target";

    private Style() {}
}
