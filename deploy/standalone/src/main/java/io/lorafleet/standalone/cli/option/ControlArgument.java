// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.NewControl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A ControlNet on the command line: {@code NAME=FILE[,scale=X][,start=X][,end=X]}.
 *
 * @param file condition image
 * @param scale null for the gateway's default
 * @param start null for the gateway's default
 * @param end null for the gateway's default
 */
public record ControlArgument(
        String name,
        Path file,
        @Nullable Double scale,
        @Nullable Double start,
        @Nullable Double end) {
    static final String OPTION = "--control";
    static final String FORM = "NAME=FILE[,scale=X][,start=X][,end=X]";
    /** The settings are at the end, so that the name of the file can contain commas and equals signs. */
    private static final Pattern ARGUMENT = Pattern.compile("([^=]+)=(.+?)((?:,(?:scale|start|end)=[^,]*)*)");

    /** Reads the argument of the option. */
    public static final class Converter implements ITypeConverter<ControlArgument> {
        @Override
        public ControlArgument convert(String text) {
            Matcher parts = ARGUMENT.matcher(text);
            if (!parts.matches()) {
                throw new TypeConversionException("expected " + FORM + ", found " + text);
            }
            Map<String, Double> settings = new HashMap<>();
            for (String setting : parts.group(3).split(",", -1)) {
                if (!setting.isEmpty()) {
                    add(settings, setting);
                }
            }
            return new ControlArgument(
                    parts.group(1),
                    Path.of(parts.group(2)),
                    settings.get("scale"),
                    settings.get("start"),
                    settings.get("end"));
        }

        private static void add(Map<String, Double> settings, String setting) {
            int equals = setting.indexOf('=');
            String name = setting.substring(0, equals);
            String value = setting.substring(equals + 1);
            try {
                if (settings.put(name, Double.valueOf(value)) != null) {
                    throw new TypeConversionException("expected " + name + " once, found it twice");
                }
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected a number as " + name + ", found '" + value + "'");
            }
        }
    }

    /**
     * @return the ControlNet with the content of the file
     * @throws FleetException if the file does not exist or is not a PNG or JPEG file
     */
    public NewControl control() throws IOException {
        return new NewControl(name, ImageContent.base64(OPTION, file), scale, start, end);
    }
}
