package koine.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic. */
final class Operators {
    private static final int MAX_BITS = 16_384;
    private final Budget budget;

    Operators(Budget budget) {
        this.budget = budget;
    }

    Object binary(String sign, Object left, Object right) {
        if (left instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (sign.equals("%") && Values.text(left) != null) {
            return PercentFormat.format(left, right, budget);
        }
        if (right instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return arithmetic(sign, left, right);
        }
        Object result = switch (sign) {
            case "+" -> add(left, right);
            case "*" -> Numbers.isWhole(right) ? repeat(left, right) : repeat(right, left);
            default -> null;
        };
        if (result != null) {
            return result;
        }
        throw TemplateError.type("unsupported operand type(s) for " + (sign.equals("**") ? "** or pow()" : sign) + ": "
                + Repr.quoted(Values.typeName(left)) + " and " + Repr.quoted(Values.typeName(right)));
    }

    private @Nullable Object add(Object left, Object right) {
        String a = Values.text(left);
        String b = Values.text(right);
        if (a != null && b != null) {
            boolean safe = left instanceof Markup || right instanceof Markup;
            String head = safe && left instanceof String ? Markup.escape(a, budget) : a;
            String tail = safe && right instanceof String ? Markup.escape(b, budget) : b;
            budget.text((long) head.length() + tail.length());
            return safe ? new Markup(head + tail) : head + tail;
        }
        if (left instanceof ListValue x && right instanceof ListValue y) {
            return new ListValue(joined(x.items(), y.items()));
        }
        if (left instanceof TupleValue x && right instanceof TupleValue y) {
            return new TupleValue(joined(x.items(), y.items()));
        }
        String kind = left instanceof String ? "str" : left instanceof Sequence ? Values.typeName(left) : null;
        if (kind != null) {
            throw TemplateError.type(
                    "can only concatenate " + kind + " (not \"" + Values.typeName(right) + "\") to " + kind);
        }
        return null;
    }

    private List<Object> joined(List<Object> left, List<Object> right) {
        budget.list(left.size() + (long) right.size());
        List<Object> joined = new ArrayList<>(left.size() + right.size());
        joined.addAll(left);
        joined.addAll(right);
        return joined;
    }

    private @Nullable Object repeat(Object value, Object times) {
        if (!Numbers.isWhole(times)) {
            return null;
        }
        int count = Math.max(0, Numbers.clampedIndex(times));
        return switch (value) {
            case String text -> repeat(text, count);
            case Markup markup -> new Markup(repeat(markup.text(), count));
            case ListValue list -> new ListValue(repeat(list.items(), count));
            case TupleValue tuple -> new TupleValue(repeat(tuple.items(), count));
            default -> null;
        };
    }

    private String repeat(String text, int count) {
        budget.text((long) text.length() * count);
        return text.repeat(count);
    }

    private List<Object> repeat(List<Object> items, int count) {
        budget.list((long) items.size() * count);
        List<Object> all = new ArrayList<>(items.size() * count);
        for (int i = 0; i < count && !items.isEmpty(); i++) {
            all.addAll(items);
        }
        return all;
    }

    private static Object arithmetic(String sign, Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            return floating(sign, Numbers.toDouble(left), Numbers.toDouble(right));
        }
        if (left instanceof Long a && right instanceof Long b) {
            Object quick = quick(sign, a, b);
            if (quick != null) {
                return quick;
            }
        }
        return whole(sign, Objects.requireNonNull(Numbers.whole(left)), Objects.requireNonNull(Numbers.whole(right)));
    }

    private static @Nullable Object quick(String sign, long a, long b) {
        return switch (sign) {
            case "+" -> {
                long sum = a + b;
                yield ((a ^ sum) & (b ^ sum)) < 0 ? null : (Long) sum;
            }
            case "-" -> {
                long difference = a - b;
                yield ((a ^ b) & (a ^ difference)) < 0 ? null : (Long) difference;
            }
            case "*" -> {
                long low = a * b;
                yield Math.multiplyHigh(a, b) == (low >> 63) ? (Long) low : null;
            }
            case "%" -> b == 0 ? null : (Long) Math.floorMod(a, b);
            default -> null;
        };
    }

    private static Object whole(String sign, BigInteger a, BigInteger b) {
        return switch (sign) {
            case "+" -> Numbers.normal(a.add(b));
            case "-" -> Numbers.normal(a.subtract(b));
            case "*" -> Numbers.normal(a.multiply(b));
            case "/" -> trueDivide(a, b);
            case "//" -> Numbers.normal(floorDivide(a, b, "integer division or modulo by zero")[0]);
            case "%" -> Numbers.normal(floorDivide(a, b, "integer modulo by zero")[1]);
            case "**" -> power(a, b);
            default -> throw new IllegalArgumentException(sign);
        };
    }

    private static double trueDivide(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw zeroDivision("division by zero");
        }
        if (a.bitLength() <= 53 && b.bitLength() <= 53) {
            return a.doubleValue() / b.doubleValue();
        }
        double quotient = new BigDecimal(a)
                .divide(new BigDecimal(b), new MathContext(400, RoundingMode.HALF_EVEN))
                .doubleValue();
        if (Double.isInfinite(quotient)) {
            throw TemplateError.of("OverflowError", "integer division result too large for a float");
        }
        return quotient;
    }

    private static BigInteger[] floorDivide(BigInteger a, BigInteger b, String error) {
        if (b.signum() == 0) {
            throw zeroDivision(error);
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        if (parts[1].signum() != 0 && parts[1].signum() != b.signum()) {
            parts[0] = parts[0].subtract(BigInteger.ONE);
            parts[1] = parts[1].add(b);
        }
        return parts;
    }

    private static Object power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return floating("**", Numbers.toDouble(base), Numbers.toDouble(exponent));
        }
        if (exponent.signum() == 0 || base.equals(BigInteger.ONE)) {
            return 1L;
        }
        if (base.signum() == 0) {
            return 0L;
        }
        if (base.equals(BigInteger.ONE.negate())) {
            return exponent.testBit(0) ? -1L : 1L;
        }
        if (exponent.bitLength() > 15 || (long) base.bitLength() * exponent.intValueExact() > MAX_BITS * 2L) {
            throw TemplateError.limit("the template makes a number of more than " + MAX_BITS + " bits");
        }
        return Numbers.normal(base.pow(exponent.intValueExact()));
    }

    private static Object floating(String sign, double a, double b) {
        return switch (sign) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> {
                if (b == 0) {
                    throw zeroDivision("float division by zero");
                }
                yield a / b;
            }
            case "//" -> {
                if (b == 0) {
                    throw zeroDivision("float floor division by zero");
                }
                double remainder = remainder(a, b);
                double quotient = (a - remainder) / b;
                double floor = Math.floor(quotient);
                yield quotient == 0 ? Math.copySign(0.0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
            }
            case "%" -> {
                if (b == 0) {
                    throw zeroDivision("float modulo");
                }
                yield remainder(a, b);
            }
            case "**" -> powerOf(a, b);
            default -> throw new IllegalArgumentException(sign);
        };
    }

    private static double remainder(double a, double b) {
        double remainder = a % b;
        if (remainder == 0) {
            return Math.copySign(0.0, b);
        }
        return (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }

    private static double powerOf(double a, double b) {
        if (a == 0 && b < 0) {
            throw zeroDivision("0.0 cannot be raised to a negative power");
        }
        if (a < 0 && b != Math.rint(b) && !Double.isInfinite(b)) {
            throw TemplateError.unsupported("a complex number, as a negative number to a broken power gives,");
        }
        if (a == 1 || b == 0) {
            return 1;
        }
        double power = Math.pow(a, b);
        if (Double.isInfinite(power) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw TemplateError.of("OverflowError", "(34, 'Numerical result out of range')");
        }
        return power;
    }

    private static TemplateError zeroDivision(String text) {
        return TemplateError.of("ZeroDivisionError", text);
    }

    Object unary(String sign, Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!Numbers.isNumber(value)) {
            throw TemplateError.type("bad operand type for unary " + sign + ": " + Repr.quoted(Values.typeName(value)));
        }
        if (value instanceof Double d) {
            return sign.equals("-") ? -d : d;
        }
        BigInteger whole = Objects.requireNonNull(Numbers.whole(value));
        return Numbers.normal(sign.equals("-") ? whole.negate() : whole);
    }

    boolean compare(String sign, Object left, Object right) {
        return switch (sign) {
            case "==" -> Values.equal(left, right, budget);
            case "!=" -> !Values.equal(left, right, budget);
            case "in" -> Values.contains(right, left, budget);
            case "not in" -> !Values.contains(right, left, budget);
            default -> {
                Integer order = Values.compare(left, right, sign, budget);
                if (order == null) {
                    yield false;
                }
                yield switch (sign) {
                    case "<" -> order < 0;
                    case "<=" -> order <= 0;
                    case ">" -> order > 0;
                    case ">=" -> order >= 0;
                    default -> throw new IllegalArgumentException(sign);
                };
            }
        };
    }
}
