// What the lab uses of CodeMirror 6, as one module.
export { EditorState, Compartment, StateEffect, StateField, RangeSetBuilder, Annotation } from "@codemirror/state";
export {
  EditorView, Decoration, WidgetType, ViewPlugin, keymap, lineNumbers, drawSelection, hoverTooltip, highlightActiveLine,
} from "@codemirror/view";
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
export { autocompletion, completionKeymap, closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
export { setDiagnostics, lintKeymap, forEachDiagnostic, lintGutter } from "@codemirror/lint";
export { HighlightStyle, StreamLanguage, syntaxHighlighting, bracketMatching, indentUnit } from "@codemirror/language";
export { yaml } from "@codemirror/lang-yaml";
export { tags } from "@lezer/highlight";
