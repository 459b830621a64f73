"""The administration behind /admin/: the scope, the history and the policy of the pages, in Django's own admin.

This package knows no app. What a user may see and change is asked of the querysets (``visible_to``, ``editable_by``,
``changeable_by``); what holds for everybody, such as limits, by ``assignments.admin.shared.DecidedAtTop``.
"""
