// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An adapter to draw with, on the command line {@code NAME[=SCALE]}.
 *
 * @param adapter its name, or {@code NAME@VERSION}
 * @param scale null for the gateway's default
 */
record AdapterArgument(String adapter, @Nullable Double scale) {

    static final class Converter implements ITypeConverter<AdapterArgument> {
        @Override
        public AdapterArgument convert(String text) {
            int equals = text.indexOf('=');
            try {
                return equals < 0
                        ? new AdapterArgument(text, null)
                        : new AdapterArgument(text.substring(0, equals), Double.valueOf(text.substring(equals + 1)));
            } catch (NumberFormatException e) {
                throw new TypeConversionException("expected NAME or NAME=SCALE, found " + text);
            }
        }
    }
}
