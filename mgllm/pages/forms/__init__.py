"""The form that a person answers: one file, no network, no names."""

from mgllm.pages.forms.form import FormContent, FormItem, build_form

__all__ = ["FormContent", "FormItem", "build_form"]
