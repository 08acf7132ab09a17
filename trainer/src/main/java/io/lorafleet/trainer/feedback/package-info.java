/** What people said of pictures, kept until an adapter learns from it. */
package io.lorafleet.trainer.feedback;
