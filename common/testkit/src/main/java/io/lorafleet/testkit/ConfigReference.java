// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.testkit;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import io.smallrye.config.ConfigMappingInterface.Property;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The reference for a service's configuration keys, as a Markdown table. The keys, types and defaults are those that
 * the service uses; the descriptions come from the javadoc of the {@code @ConfigMapping} interface.
 */
public final class ConfigReference {
    /** The system property that makes {@link #check} write the table instead of comparing it. */
    public static final String UPDATE = "docs.update";

    private static final Pattern INLINE_TAG = Pattern.compile("\\{@\\w+\\s+([^}]*)}");
    private static final Pattern LINK = Pattern.compile("`\\w*#(\\w+)`");
    private static final Pattern DEFAULT = Pattern.compile(" ?Default: (.*)\\.$", Pattern.DOTALL);
    private static final String REQUIRED = "Required.";

    private final Class<?> config;
    private final Map<String, String> javadoc;

    /**
     * @param config a {@code @ConfigMapping} interface
     * @param sources root folder of the interface's source
     * @param shared source files of the interfaces from other modules that {@code config} uses
     */
    public ConfigReference(Class<?> config, Path sources, Path... shared) {
        this.config = config;
        this.javadoc = new HashMap<>(javadoc(sources.resolve(config.getName().replace('.', '/') + ".java")));
        for (Path each : shared) {
            javadoc.putAll(javadoc(each));
        }
    }

    /**
     * Compares the table with the one in a document.
     *
     * @param section name of the table's section, between {@code <!-- section -->} and {@code <!-- end of section -->}
     * @throws AssertionError if the document is out of date, or if a key has no description or default
     */
    public void check(Path document, String section) throws IOException {
        String text = Files.readString(document);
        String start = "<!-- " + section + " -->\n";
        int from = text.indexOf(start) + start.length();
        int to = text.indexOf("<!-- end of " + section + " -->");
        if (from < start.length() || to < from) {
            throw new AssertionError(document + ": expected the section " + section + ", found none");
        }
        String table = table();
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(document, text.substring(0, from) + table + text.substring(to));
        } else if (!text.substring(from, to).equals(table)) {
            throw new AssertionError(document + ": expected the current keys of " + config.getSimpleName()
                    + ", found others. Run this test with -D" + UPDATE + "=true.\n" + table);
        }
    }

    private String table() {
        StringBuilder table =
                new StringBuilder("| key, environment variable | type | default | |\n|---|---|---|---|\n");
        Map<String, Property> keys = new TreeMap<>(ConfigMappings.getProperties(ConfigClass.configClass(config)));
        keys.keySet().removeIf(key -> key.endsWith("[*]")); // another form of a list's key
        keys.forEach((key, property) -> table.append(row(key, property)));
        return table.toString();
    }

    private String row(String key, Property property) {
        Method method = property.getMethod();
        String text = javadoc.get(id(method.getDeclaringClass().getSimpleName(), method.getName()));
        if (text == null) {
            throw new AssertionError(key + ": expected a description in javadoc, found none");
        }
        Matcher end = DEFAULT.matcher(text);
        boolean isRequired = text.endsWith(REQUIRED);
        if (!isRequired && !end.find()) {
            throw new AssertionError(
                    key + ": expected a description that ends with its default or 'Required.', found: " + text);
        }
        String description = isRequired
                ? text.substring(0, text.length() - REQUIRED.length()).strip()
                : text.substring(0, end.start()).strip();
        String value = isRequired ? "required" : end.group(1);
        if (property.hasDefaultValue()) {
            requireSame(key, property.getDefaultValue(), value);
        }
        return "| `%s`<br>`%s` | %s | %s | %s |%n"
                .formatted(key, environmentVariable(key), type(method.getGenericReturnType()), value, description)
                .replace("\r\n", "\n");
    }

    /**
     * The javadoc may add a unit or a reason to the default. A default that refers to another key is not compared,
     * because the javadoc describes it in words.
     */
    private static void requireSame(String key, String value, String text) {
        if (!value.contains("${") && !text.replace("`", "").replace(", ", ",").startsWith(value)) {
            throw new AssertionError(key + ": expected javadoc with the default " + value + ", found " + text);
        }
    }

    private static String environmentVariable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /** @return the last part of the configuration key for a method of the interface */
    private static String kebabCase(String method) {
        return method.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static String type(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            String last = type(arguments[arguments.length - 1]);
            return generic.getRawType() == Optional.class ? last : "list of " + last;
        }
        Class<?> raw = (Class<?>) type;
        if (raw.isEnum()) {
            return Arrays.stream(raw.getEnumConstants())
                    .map(constant ->
                            constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(", "));
        }
        if (List.of(int.class, long.class, OptionalInt.class, OptionalLong.class)
                .contains(raw)) {
            return "integer";
        }
        if (List.of(double.class, OptionalDouble.class).contains(raw)) {
            return "number";
        }
        if (raw == Duration.class) {
            return "duration";
        }
        return raw == String.class ? "text" : raw.getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** @return the main description of each method, without line breaks, by {@link #id} */
    private static Map<String, String> javadoc(Path source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, String> found = new HashMap<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask)
                    compiler.getTask(null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(source));
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new TreePathScanner<@Nullable Void, String>() {
                    @Override
                    public @Nullable Void visitClass(ClassTree type, String outer) {
                        return super.visitClass(type, type.getSimpleName().toString());
                    }

                    @Override
                    public @Nullable Void visitMethod(MethodTree method, String type) {
                        DocCommentTree comment = docs.getDocCommentTree(getCurrentPath());
                        if (comment != null) {
                            found.put(id(type, method.getName().toString()), text(comment));
                        }
                        return null;
                    }
                }.scan(unit, "");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String id(String type, String method) {
        return type + "." + method;
    }

    private static String text(DocCommentTree comment) {
        String text = comment.getFullBody().stream().map(Object::toString).collect(Collectors.joining());
        return LINK.matcher(INLINE_TAG.matcher(text).replaceAll("`$1`"))
                .replaceAll(link -> "`" + kebabCase(link.group(1)) + "`")
                .replaceAll("<p>", "")
                .replaceAll("\\s+", " ")
                .replace("|", "\\|")
                .strip();
    }
}
