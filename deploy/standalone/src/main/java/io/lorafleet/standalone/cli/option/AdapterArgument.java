// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.standalone.client.ScaledAdapter;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an adapter from the command line: {@code NAME[=SCALE]}. */
public final class AdapterArgument implements ITypeConverter<ScaledAdapter> {
    @Override
    public ScaledAdapter convert(String text) {
        int equals = text.indexOf('=');
        try {
            return equals < 0
                    ? new ScaledAdapter(text, null)
                    : new ScaledAdapter(text.substring(0, equals), Double.valueOf(text.substring(equals + 1)));
        } catch (NumberFormatException e) {
            throw new TypeConversionException("expected NAME or NAME=SCALE, found " + text);
        }
    }
}
