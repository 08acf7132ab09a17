// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.messages.Topic;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Checks the value of {@code --topic-prefix}. */
final class TopicPrefixOption implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
        try {
            return Topic.requirePrefix(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
