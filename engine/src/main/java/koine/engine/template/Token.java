package koine.engine.template;

/**
 * @param text of a name its name, of an operator its sign, of a string its unescaped content, of data the data
 * @param value of numbers: Long, BigInteger or Double; of an error the error; else the text
 */
record Token(TokenType type, String text, Object value, int line) {
    boolean isName(String name) {
        return type == TokenType.NAME && text.equals(name);
    }

    boolean isOperator(String sign) {
        return type == TokenType.OPERATOR && text.equals(sign);
    }

    /** As Jinja2 names it in its errors. */
    String describe() {
        return type == TokenType.NAME || type == TokenType.OPERATOR ? text : type.description();
    }
}
